// The page of the console. Every string of the program becomes a text node, never markup.
"use strict";

const LONGEST = 2000;
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const SVG = "http://www.w3.org/2000/svg";
const main = document.getElementById("main");
let stream = null;
let shown = 0;
// The origin of another program that is shown, or empty for this one.
let program = "";

// Text: characters that cannot be seen are written as their numbers, and long text is cut.
function visible(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)} … ${text.length - LONGEST} more` : text;
  return cut.replace(UNSEEN, (sign) => `\\u{${sign.codePointAt(0).toString(16)}}`);
}

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// A string of the program, whose direction does not change that of its surroundings.
const text = (value) => element("bdi", null, visible(value));
const soft = (value) => element("span", { class: "soft" }, value);

function significant(value) {
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 6));
}

function milliseconds(value) {
  if (value >= 1000) return `${significant(value / 1000)} s`;
  return value >= 1 || value === 0 ? `${significant(value)} ms` : `${significant(value * 1000)} µs`;
}

function quantity(value, unit) {
  if (value === null || value === undefined) return "–";
  if (unit === "seconds") return milliseconds(value * 1000);
  return unit ? `${significant(value)} ${unit}` : significant(value);
}

const share = (value) => (value === null ? "–" : `${significant(value * 100)} %`);
const count = (value) => value.toLocaleString("en");

function time(unix) {
  const at = new Date(unix);
  return element("time", { datetime: at.toISOString() }, at.toLocaleTimeString());
}

function elapsed(seconds) {
  const [days, hours] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24];
  const [minutes, rest] = [Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min ${rest} s` : `${rest} s`;
}

// A line over time; missing values are gaps.
function spark(values, label) {
  const known = values.filter((value) => value !== null && value !== undefined);
  const highest = Math.max(...known, 0) || 1;
  const lowest = Math.min(...known, 0);
  let line = "";
  let pen = "M";
  values.forEach((value, index) => {
    if (value === null || value === undefined) {
      pen = "M";
      return;
    }
    const x = values.length > 1 ? (index * 100) / (values.length - 1) : 100;
    const y = 29 - ((value - lowest) * 28) / (highest - lowest);
    line += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = "L";
  });
  const drawn = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", line);
  const attributes = { class: "spark", viewBox: "0 0 100 30", preserveAspectRatio: "none", role: "img", "aria-label": label };
  for (const [name, value] of Object.entries(attributes)) drawn.setAttribute(name, value);
  drawn.append(path);
  return drawn;
}

// A table that keeps its roles when narrow screens show its rows as blocks.
function table(caption, columns) {
  const head = columns.map((name) => element("th", { scope: "col", role: "columnheader" }, name));
  const body = element("tbody", { role: "rowgroup" });
  const whole = element(
    "table",
    { class: "table", role: "table" },
    element("caption", null, caption),
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...head)),
    body,
  );
  return { whole, body, columns };
}

function row(of, first, cells) {
  const head = element("th", { scope: "row", role: "rowheader" }, first);
  const rest = cells.map((cell, index) =>
    element("td", { role: "cell", class: typeof cell === "string" ? "number" : null, "data-name": of.columns[index + 1] }, cell));
  of.body.append(element("tr", { role: "row" }, head, ...rest));
  return rest;
}

const at = (path) => `${program}${path}`;

// Asks the program that is shown. Another program gets no password of this one.
async function load(path) {
  const response = await fetch(at(path), { cache: "no-store", credentials: "same-origin" });
  if (!response.ok) throw new Error((await response.text()).trim() || `status ${response.status}`);
  return response.json();
}

const state = (words) => {
  const place = document.getElementById("state");
  if (place.textContent !== words) place.textContent = words;
};

const failure = (error) => element("p", { class: "error", role: "alert" }, visible(String(error.message || error)));
// A browser does not tell a page why another program does not answer.
const silence = () => failure(`no answer of ${program}: it does not run, needs a token, or does not allow this page`);

// The URL of a view, whose path has a name and ids. It keeps the program that is shown.
const link = (path, parameters) => {
  const all = Object.entries({ ...parameters, program }).filter(([, value]) => value);
  const query = String(new URLSearchParams(all));
  return `#/${[path].flat().map(encodeURIComponent).join("/")}${query ? `?${query}` : ""}`;
};

function about(overview) {
  document.getElementById("service").replaceChildren(visible(overview.service));
  const parts = [overview.version, overview.environment, `up ${elapsed(overview.uptime_seconds)}`];
  const known = parts.filter((part) => part !== null);
  document.getElementById("about").replaceChildren(...known.flatMap((part) => [text(part), " "]));
  document.title = `${visible(overview.service)} – glyph console`;
}

function checks(health) {
  if (health.status === "running") return [soft("The checks have not ended yet.")];
  const words = health.status === "ok" ? ["good", "Ready"] : ["bad", "Not ready"];
  const all = health.checks.flatMap((check) => [
    " · ", text(check.name), ": ",
    check.error === null ? element("span", { class: "good" }, "ok") : element("span", { class: "bad" }, text(check.error)),
  ]);
  return [element("span", { class: words[0] }, words[1]), ...all];
}

// A stage leads to the heat map of its durations, and to its traces.
function stageLinks(stage) {
  const name = visible(stage.name);
  const metric = { href: link(["metrics", stage.metric], { stage: stage.name }), title: visible(stage.metric) };
  const traces = { href: link("traces", { stage: stage.name }), class: "aside", "aria-label": `traces of ${name}` };
  return element("span", null, element("a", metric, text(stage.name)), " ", element("a", traces, "traces"));
}

function overviewView() {
  const health = element("p");
  const figures = element("p", { class: "soft" });
  const stages = table("Stages, over the last five minutes", ["Stage", "Calls/s", "Failed", "p50", "p95", "p99", "In flight", "Calls/s over time", "p95 over time"]);
  const rows = new Map();
  const alerts = activeAlerts();
  main.append(health, alerts.counts, stages.whole, alerts.place, figures);

  const update = (overview) => {
    about(overview);
    health.replaceChildren(...checks(overview.health));
    alerts.update(overview.alerts);
    for (const stage of overview.stages) {
      const name = `${stage.name} ${stage.metric}`;
      if (!rows.has(name)) {
        rows.set(name, row(stages, stageLinks(stage), Array(8).fill("")));
      }
      const rates = stage.points.map((point) => point.rate);
      const p95s = stage.points.map((point) => point.p95);
      const failed = element("span", stage.failed ? { class: "bad" } : null, share(stage.failed));
      const cells = [
        significant(stage.rate), failed,
        ...[stage.p50, stage.p95, stage.p99].map((value) => quantity(value, stage.unit)),
        stage.in_flight === null ? "–" : count(stage.in_flight),
        spark(rates, `Calls a second, at most ${significant(Math.max(...rates, 0))}`),
        spark(p95s, `p95, at most ${quantity(Math.max(...p95s, 0), stage.unit)}`),
      ];
      rows.get(name).forEach((cell, index) => cell.replaceChildren(cells[index]));
    }
    const { history } = overview;
    const left = history.series_left_out ? ` ${count(history.series_left_out)} series do not fit.` : "";
    figures.textContent = overview.stages.length
      ? `The history covers ${elapsed(history.covers_seconds)}, and takes ${count(Math.ceil(history.bytes / 1024))} of ${count(Math.ceil(history.max_bytes / 1024))} KiB.${left}`
      : "No catalog of this program declares a stage. The view of metrics has what it declares.";
    state("Live");
  };
  follow(update);
}

function follow(update) {
  stream = new EventSource(at("/api/v1/live"));
  stream.onmessage = (event) => update(JSON.parse(event.data));
  stream.onerror = () => {
    const isClosed = stream && stream.readyState === EventSource.CLOSED;
    if (isClosed && program) main.append(silence());
    state(isClosed ? "The program does not answer" : "No connection to the program: trying again");
  };
}

// The parameters of a view that its request has too.
const asked = (parameters, names) => new URLSearchParams([...parameters].filter(([name, value]) => value && names.includes(name)));

function described(pairs) {
  const known = pairs.filter(([, value]) => value !== null && value !== "");
  return element("dl", null, ...known.flatMap(([name, value]) => [element("dt", null, name), element("dd", null, value)]));
}

const field = (label, control) => element("label", null, label, control);

// The views: their title, what draws them, and what draws one entry of theirs.
const VIEWS = {
  overview: { title: "Overview", draw: overviewView },
};
