// Shows the view that the URL names.
"use strict";

let programs = [];
// The program whose name is in the header.
let known = null;

function place() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, ...ids] = path.split("/").map(decodeURIComponent);
  return { name: Object.hasOwn(VIEWS, name) ? name : "overview", ids, parameters: new URLSearchParams(query || "") };
}

// Links to the same view of other programs. None is asked before its link is followed.
function choice(name) {
  const others = document.getElementById("programs");
  const links = ["", ...programs].map((origin) => {
    const query = origin ? `?${new URLSearchParams({ program: origin })}` : "";
    const current = origin === program ? "true" : null;
    return element("a", { href: `#/${name}${query}`, "aria-current": current }, origin ? text(origin.replace(/^https?:\/\//, "")) : "This program");
  });
  others.replaceChildren(...links);
  others.hidden = programs.length === 0;
}

// Sets the program of the URL. One that is not listed is not asked.
function choose(parameters) {
  const wanted = parameters.get("program") || "";
  program = programs.includes(wanted) ? wanted : "";
  if (known === program) return wanted === program;
  known = program;
  const shownName = document.getElementById("service");
  shownName.textContent = program.replace(/^https?:\/\//, "") || "glyph console";
  document.getElementById("about").textContent = "";
  const asked = program;
  load("/api/v1/overview").then((overview) => asked === program && about(overview), () => {});
  return wanted === program;
}

function mark(name) {
  const tab = VIEWS[name].tab || name;
  for (const to of document.querySelectorAll("#views a")) {
    to.setAttribute("href", link(to.dataset.view === "overview" ? "" : to.dataset.view));
    if (to.dataset.view === tab) to.setAttribute("aria-current", "page");
    else to.removeAttribute("aria-current");
  }
}

async function show(event) {
  shown += 1;
  if (stream) stream.close();
  stream = null;
  const turn = shown;
  const heading = element("h1", null, "Console");
  main.replaceChildren(heading);
  if (event) main.focus();
  try {
    const { name, ids, parameters } = place();
    const { title, draw } = (ids.length && VIEWS[name].one) || VIEWS[name];
    heading.textContent = title;
    state("Loading");
    const isListed = choose(parameters);
    mark(name);
    choice(name);
    if (!isListed) throw new Error("this console does not list the program of the URL");
    await draw(parameters, ...ids);
  } catch (error) {
    if (turn !== shown) return;
    main.append(program && error instanceof TypeError ? silence() : failure(error));
    state("Failed");
  }
}

window.addEventListener("hashchange", show);
window.addEventListener("pagehide", () => stream && stream.close());
load("/api/v1/programs")
  .then((list) => {
    programs = list.programs;
  }, () => {})
  .then(() => show());
