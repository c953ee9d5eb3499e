// The view of the log, and the lines of a trace.
"use strict";

const MOST_LINES = 1000;
const LEVELS = ["error", "warn", "info", "debug", "trace"];

function option(value, label, chosen) {
  const made = element("option", { value }, label);
  made.selected = value === chosen;
  return made;
}

// A line with its fields, which links to its trace unless the trace is shown already.
function lineEntry(line, inTrace) {
  const class_of = { ERROR: "bad", WARN: "warn" }[line.level] || null;
  const fields = Object.entries(line.fields).map(([name, value]) => [text(name), text(value)]);
  const level = element("span", { class: class_of }, line.level);
  const message = element("span", { class: "message" }, text(line.message));
  const at = new Date(line.timestamp);
  const time = element("time", { datetime: visible(line.timestamp), class: "soft" },
    isNaN(at) ? visible(line.timestamp) : at.toLocaleTimeString(undefined, { fractionalSecondDigits: 3 }));
  const to = line.trace_id && !inTrace
    ? element("a", { href: link(["traces", line.trace_id], { span: line.span_id }) }, element("code", null, visible(line.trace_id)))
    : null;
  return element(
    "li",
    null,
    element(
      "details",
      { class: "line" },
      element("summary", null, time, " ", level, " ", message),
      described([
        ["Target", text(line.target)],
        ["Trace", to],
        ["Span id", line.span_id ? element("code", null, visible(line.span_id)) : null],
        ...fields,
      ]),
    ),
  );
}

// The lines of a trace, below its spans.
async function linesOfTrace(id) {
  const list = await load(`/api/v1/logs?${new URLSearchParams({ trace_id: id, limit: MOST_LINES })}`);
  const lines = list.lines.map((line) => lineEntry(line, true));
  const none = list.kept ? "The recent lines have none of this trace." : "This program writes no log.";
  return [
    element("h2", null, `Lines, ${count(list.lines.length)}`),
    lines.length ? element("ul", { class: "lines" }, ...lines) : element("p", { class: "soft" }, none),
    element("p", null, element("a", { href: link("logs", { trace_id: id }) }, "These lines in the view of the log")),
  ];
}

function logsForm(parameters) {
  const value = (name) => parameters.get(name) || "";
  const level = element("select", { name: "level" }, option("", "any", value("level")),
    ...LEVELS.map((name) => option(name, name === "error" ? "error" : `${name} and worse`, value("level"))));
  const form = element(
    "form",
    { role: "search" },
    field("Level", level),
    field("Line has", element("input", { name: "text", type: "search", value: value("text"), autocomplete: "off" })),
    field("Trace id", element("input", { name: "trace_id", value: value("trace_id"), autocomplete: "off" })),
    element("button", { type: "submit" }, "Search"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    location.hash = link("logs", Object.fromEntries(new FormData(form)));
  });
  return form;
}

// The filter that decides which lines the program writes at all.
function filterForm(said) {
  const filter = element("input", { name: "filter", required: "", autocomplete: "off", spellcheck: "false" });
  const form = element("form", null, field("The program writes", filter), element("button", { type: "submit" }, "Set"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const response = await fetch("/api/v1/logs/filter", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ filter: filter.value }),
      });
      const answer = await response.text();
      said.replaceChildren(response.ok ? text(`The filter is ${JSON.parse(answer).filter}.`) : failure(new Error(answer.trim())));
    } catch (error) {
      said.replaceChildren(failure(error));
    }
  });
  return { form, filter };
}

function logsView(parameters) {
  const said = element("div", { role: "status" });
  const wanted = filterForm(said);
  const follow = element("input", { type: "checkbox", checked: "" });
  const lines = element("ul", { class: "lines" });
  const none = element("p", { class: "soft" });
  const parts = [
    logsForm(parameters),
    program ? null : element("details", null, element("summary", null, "Change what is written"), wanted.form, said),
    element("label", { class: "check" }, follow, "Show new lines"),
    none,
    lines,
  ];
  main.append(...parts.filter((part) => part !== null));
  const waiting = [];
  const add = (entries) => {
    lines.prepend(...entries.reverse());
    while (lines.childElementCount > MOST_LINES) lines.lastChild.remove();
  };
  follow.addEventListener("change", () => {
    if (follow.checked) add(waiting.splice(0));
  });
  stream = new EventSource(at(`/api/v1/logs/live?${asked(parameters, ["level", "text", "trace_id"])}`));
  stream.onopen = () => {
    lines.replaceChildren();
    waiting.length = 0;
  };
  stream.onmessage = (event) => {
    const list = JSON.parse(event.data);
    const entries = list.lines.map((line) => lineEntry(line, false));
    if (follow.checked) add(entries);
    else waiting.push(...entries.slice(-MOST_LINES));
    if (waiting.length > MOST_LINES) waiting.splice(0, waiting.length - MOST_LINES);
    if (document.activeElement !== wanted.filter) wanted.filter.value = list.filter || "";
    none.textContent = list.kept
      ? "The latest line is the first. The program keeps a limited number of recent lines."
      : "This program writes no log: it has none, or was started without it.";
    state("Live");
  };
  stream.onerror = () => {
    const closed = stream && stream.readyState === EventSource.CLOSED;
    state(closed ? "The program rejects this search" : "No connection to the program: trying again");
  };
}

VIEWS.logs = { title: "Log", draw: logsView };
