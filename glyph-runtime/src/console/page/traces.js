// The views of traces.
"use strict";

async function tracesView(parameters) {
  const value = (name) => parameters.get(name) || "";
  const status = element("select", { name: "status" }, ...["", "error", "ok"].map((option) => {
    const made = element("option", { value: option }, { "": "any", error: "failed", ok: "not failed" }[option]);
    made.selected = option === value("status");
    return made;
  }));
  const form = element(
    "form",
    { role: "search" },
    field("Stage", element("input", { name: "stage", value: value("stage") })),
    field("Result", status),
    field("At least, in ms", element("input", { name: "min_ms", type: "number", min: "0", value: value("min_ms") })),
    field("Trace id", element("input", { name: "trace_id", value: value("trace_id") })),
    element("button", { type: "submit" }, "Search"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    location.hash = link("traces", Object.fromEntries(new FormData(form)));
  });
  const first = value("with");
  if (first) form.append(element("input", { type: "hidden", name: "with", value: first }));
  main.append(form);
  if (first) {
    main.append(element("p", { role: "status" }, "Choose the trace to compare with ", element("a", { href: link(["traces", first]) }, element("code", null, text(first))), "."));
  }
  const turn = shown;
  const list = await load(`/api/v1/traces?${asked(parameters, ["stage", "status", "min_ms", "trace_id"])}`);
  if (turn !== shown) return;
  const of = table(`${count(list.traces.length)} of ${count(list.found)} traces, the latest first`, ["Trace", "Started", "Duration", "Spans", "Result"]);
  for (const trace of list.traces) {
    const path = first && first !== trace.trace_id ? ["compare", first, trace.trace_id] : ["traces", trace.trace_id];
    const to = element("a", { href: link(path) }, text(trace.name));
    row(of, to, [time(trace.start_unix_ms), milliseconds(trace.duration_ms), count(trace.spans), result(trace)]);
  }
  main.append(of.whole, element("p", { class: "soft" }, list.kept
    ? "These are recent traces that were sampled or kept because they failed. What was not sampled has no trace."
    : "This program keeps no traces: it creates none, or its ring of recent traces is disabled."));
  state("Loaded");
}

function result(trace) {
  if (!trace.failed) return "ok";
  return element("span", { class: "bad" }, "failed", trace.error ? ": " : "", trace.error ? text(trace.error) : "");
}

async function traceView(parameters, id) {
  const turn = shown;
  const trace = await load(`/api/v1/traces/${encodeURIComponent(id)}`);
  if (turn !== shown) return;
  main.append(
    element("p", { class: "links" },
      element("a", { href: link("logs", { trace_id: trace.trace_id }) }, "Lines of this trace"),
      element("a", { href: link("traces", { stage: trace.name, with: trace.trace_id }) }, "Compare with another"),
      element("a", { href: link("traces", { stage: trace.name }) }, "Traces of ", text(trace.name))),
    described([
      ["Trace id", element("code", null, trace.trace_id)],
      ["Started", time(trace.start_unix_ms)],
      ["Duration", milliseconds(trace.duration_ms)],
      ["Result", result(trace)],
      ["Missing", trace.missing_spans ? `${count(trace.missing_spans)} spans, for which there was no room` : null],
    ]),
    element("h2", null, `Spans, ${count(trace.spans)}`),
    element("ul", { class: "tree" }, ...trace.tree.map((span) => spanEntry(span, trace.duration_ms || 1, parameters.get("span")))),
  );
  const lines = await linesOfTrace(id);
  if (turn !== shown) return;
  main.append(...lines);
  state("Loaded");
}

// A bar for a span, on a time line of so many milliseconds.
function lane(span, whole) {
  const bar = element("i", span.status === "error" ? { class: "failed" } : null);
  bar.style.left = `${Math.min(99.5, (span.offset_ms * 100) / whole)}%`;
  bar.style.width = `${Math.min(100, (span.duration_ms * 100) / whole)}%`;
  return element("div", { class: "lane", "aria-hidden": "true" }, bar);
}

function spanEntry(span, whole, chosen) {
  const name = element("span", { class: "name" }, text(span.name), " ", soft(`${milliseconds(span.duration_ms)}, after ${milliseconds(span.offset_ms)}`));
  if (span.status === "error") name.append(" ", element("span", { class: "bad" }, "failed"));
  name.style.paddingLeft = `${Math.min(span.depth, 12) * 0.75}rem`;
  const attributes = Object.entries(span.attributes).map(([key, value]) => [text(key), text(value)]);
  const events = span.events.map((event) => element("div", null, text(event.name), " ", soft(`after ${milliseconds(event.offset_ms)}`), described(Object.entries(event.attributes).map(([key, value]) => [text(key), text(value)]))));
  const links = span.links.map((to) => element("div", null, element("a", { href: link(["traces", to.trace_id], { span: to.span_id }) }, text(to.trace_id)), " ", soft(visible(to.span_id))));
  return element(
    "li",
    null,
    element(
      "details",
      { class: "span", open: span.span_id === chosen ? "" : null },
      element("summary", null, name, lane(span, whole)),
      described([
        ["Error", span.error ? text(span.error) : null],
        ["Kind", span.kind],
        ["Crate", text(span.scope)],
        ["Span id", element("code", null, span.span_id)],
        ["Parent", span.parent_is_remote ? element("span", null, element("code", null, span.parent_span_id), " in another process") : null],
        ...attributes,
        ["Events", events.length ? element("div", null, ...events) : null],
        ["Links", links.length ? element("div", null, ...links) : null],
      ]),
    ),
  );
}

VIEWS.traces = { title: "Traces", draw: tracesView, one: { title: "Trace", draw: traceView } };
