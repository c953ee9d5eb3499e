// The view of a profile: its flame graph, and the functions with the most samples.
"use strict";

const BAR = 1.55;
const THINNEST = 0.002;
const MOST_BARS = 2000;
const MOST_FUNCTIONS = 25;

// Functions of one crate have one shade.
function shade(name) {
  let sum = 0;
  for (const sign of name.replace(/^[<&]+/, "").split("::")[0]) sum = (sum * 31 + sign.charCodeAt(0)) % 9973;
  return `shade-${sum % 3}`;
}

// The nodes with their children, those with the most samples first.
function grown(profile) {
  const nodes = profile.nodes.map((node, index) => ({ ...node, index, name: profile.functions[node.function], children: [] }));
  for (const node of nodes) {
    node.above = node.parent === null ? null : nodes[node.parent];
    node.depth = node.above ? node.above.depth + 1 : 0;
    if (node.above) node.above.children.push(node);
  }
  for (const node of nodes) node.children.sort((one, other) => other.samples - one.samples);
  return nodes;
}

// The bars of a node and what it called over the whole width, below those that called it.
function placed(node) {
  const bars = [];
  for (let caller = node.above; caller; caller = caller.above) bars.unshift({ node: caller, left: 0, width: 1, caller: true });
  const open = [{ node, left: 0, width: 1 }];
  for (let next = 0; next < open.length && bars.length < MOST_BARS; next += 1) {
    const bar = open[next];
    bars.push(bar);
    let left = bar.left;
    for (const child of bar.node.children) {
      const width = (bar.width * child.samples) / Math.max(1, bar.node.samples);
      if (width >= THINNEST) open.push({ node: child, left, width });
      left += width;
    }
  }
  return bars;
}

function flameGraph(profile, nodes) {
  const graph = element("div", { class: "flame", role: "group", "aria-label": "Flame graph: callers are above what they call" });
  let wanted = "";
  let bars = [];
  const marked = (button, node) => button.classList.toggle("found", wanted !== "" && node.name.toLowerCase().includes(wanted));
  const draw = (root, focused) => {
    bars = placed(root).map((bar) => {
      const { node } = bar;
      const part = share(node.samples / Math.max(1, profile.samples));
      const words = `${visible(node.name)}, ${count(node.samples)} samples, ${part}`;
      const button = element("button", { type: "button", title: words, "aria-label": words, tabindex: "-1", class: shade(node.name) }, text(node.name));
      if (bar.caller) button.classList.add("caller");
      button.style.left = `${bar.left * 100}%`;
      button.style.width = `${bar.width * 100}%`;
      button.style.top = `${node.depth * BAR}rem`;
      marked(button, node);
      button.addEventListener("click", () => draw(node, node));
      return { ...bar, button };
    });
    graph.style.height = `${(1 + Math.max(...bars.map((bar) => bar.node.depth))) * BAR}rem`;
    graph.replaceChildren(...bars.map((bar) => bar.button));
    const first = bars.find((bar) => bar.node === focused) || bars[0];
    first.button.tabIndex = 0;
    if (focused) first.button.focus();
  };
  const moved = (from, key) => {
    const at = bars.find((bar) => bar.button === from);
    if (!at) return null;
    const beside = (at.node.above || { children: [] }).children;
    const place = beside.indexOf(at.node);
    return { ArrowUp: at.node.above, ArrowDown: at.node.children[0], ArrowLeft: beside[place - 1], ArrowRight: beside[place + 1] }[key];
  };
  graph.addEventListener("keydown", (event) => {
    const node = moved(document.activeElement, event.key);
    const bar = node && bars.find((known) => known.node === node);
    if (event.key === "Escape") draw(nodes[0], nodes[0]);
    if (!bar) return;
    event.preventDefault();
    for (const other of bars) other.button.tabIndex = other === bar ? 0 : -1;
    bar.button.focus();
  });
  draw(nodes[0]);
  const search = (words) => {
    wanted = words.trim().toLowerCase();
    for (const bar of bars) marked(bar.button, bar.node);
  };
  return { graph, search };
}

// The functions by their own samples.
function hotFunctions(profile) {
  const own = profile.functions.map((name) => ({ name, own: 0 }));
  for (const node of profile.nodes) own[node.function].own += node.own;
  const hot = own.filter((it) => it.own).sort((one, other) => other.own - one.own).slice(0, MOST_FUNCTIONS);
  const of = table("Functions with the most samples of their own", ["Function", "Samples", "Share"]);
  for (const it of hot) row(of, element("code", null, text(it.name)), [count(it.own), share(it.own / Math.max(1, profile.samples))]);
  return of.whole;
}

function shownProfile(profile) {
  const words = element("p", { class: "soft" });
  const left = profile.nodes_left_out ? ` ${count(profile.nodes_left_out)} functions with the fewest samples are left out.` : "";
  words.textContent = `${count(profile.samples)} samples in ${elapsed(Math.round(profile.seconds))}, ${profile.frequency} for each second of processor time.${left}`;
  if (!profile.samples) return [words, element("p", null, "The program was idle.")];
  const { graph, search } = flameGraph(profile, grown(profile));
  const filter = element("input", { type: "search", autocomplete: "off" });
  filter.addEventListener("input", () => search(filter.value));
  const help = "A click on a function shows what it calls. The arrow keys move, and Escape shows all.";
  return [words, field("Function has", filter), element("p", { class: "soft" }, help), graph, hotFunctions(profile)];
}

function profileView(parameters) {
  const turn = shown;
  const seconds = element("input", { name: "seconds", type: "number", min: "1", max: "60", required: "", value: parameters.get("seconds") || "10" });
  const take = element("button", { type: "submit" }, "Take a profile");
  const form = element("form", null, field("Seconds", seconds), take);
  const place = element("div");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    history.replaceState(null, "", link("profile", { seconds: seconds.value }));
    take.disabled = true;
    place.replaceChildren();
    state(`Sampling for ${seconds.value} s`);
    try {
      const profile = await load(`/api/v1/profile?${new URLSearchParams({ seconds: seconds.value })}`);
      if (turn !== shown) return;
      place.replaceChildren(...shownProfile(profile));
      state("Loaded");
    } catch (error) {
      if (turn !== shown) return;
      place.replaceChildren(failure(error));
      state("Failed");
    } finally {
      take.disabled = false;
    }
  });
  main.append(
    element("p", { class: "soft" }, "Shows where the program spends processor time. Nothing is sampled before you ask for it. Time in which it waits is not part of it."),
    form,
    place,
  );
  state("Ready");
}

VIEWS.profile = { title: "Profile", draw: profileView };
