// Two traces side by side.
"use strict";

// Returns the spans of a trace by their paths: the names of their ancestors, each with its turn.
function byPath(trace) {
  const [paths, turns, found] = [new Map(), new Map(), new Map()];
  for (const span of trace.tree) {
    const above = `${paths.get(span.parent_span_id) || ""}\n${span.name}`;
    const turn = (turns.get(above) || 0) + 1;
    turns.set(above, turn);
    const path = `${above}\n${turn}`;
    paths.set(span.span_id, path);
    found.set(path, span);
  }
  return found;
}

// Returns the paths of both in their order. What only the second has is after what is before it there.
function inOrder(first, second) {
  const order = [...first.keys()];
  let after = -1;
  for (const path of second.keys()) {
    const at = order.indexOf(path);
    if (at < 0) order.splice(after + 1, 0, path);
    after = at < 0 ? after + 1 : at;
  }
  return order;
}

function difference(one, other) {
  if (!one) return "only in the second";
  if (!other) return "only in the first";
  const more = other.duration_ms - one.duration_ms;
  return more === 0 ? "as long" : `${milliseconds(Math.abs(more))} ${more > 0 ? "longer" : "shorter"} in the second`;
}

function differentAttributes(one, other) {
  const [first, second] = [(one || {}).attributes || {}, (other || {}).attributes || {}];
  const names = [...new Set([...Object.keys(first), ...Object.keys(second)])];
  const shownValue = (value) => (value === undefined ? soft("missing") : text(value));
  const of = table("Attributes that differ", ["Attribute", "First", "Second"]);
  for (const name of names) {
    if (JSON.stringify(first[name]) === JSON.stringify(second[name])) continue;
    row(of, text(name), [shownValue(first[name]), shownValue(second[name])]);
  }
  return of.body.childElementCount ? of.whole : element("p", { class: "soft" }, "All attributes are the same.");
}

function side(span, whole, name) {
  if (!span) return element("div", { class: "soft" }, `Not in the ${name}`);
  const failed = span.status === "error" ? element("span", { class: "bad" }, " failed") : null;
  return element("div", null, soft(`${milliseconds(span.duration_ms)}, after ${milliseconds(span.offset_ms)}`), failed, lane(span, whole));
}

function pairEntry(one, other, whole) {
  const span = one || other;
  const name = element("span", { class: "name" }, text(span.name), " ", soft(difference(one, other)));
  name.style.paddingLeft = `${Math.min(span.depth, 12) * 0.75}rem`;
  const pair = element("div", { class: "pair" }, side(one, whole, "first"), side(other, whole, "second"));
  return element("li", null, element("details", { class: "span" }, element("summary", null, name, pair), differentAttributes(one, other)));
}

async function compareView(parameters, ...ids) {
  const turn = shown;
  if (ids.length !== 2) throw new Error("two traces are compared: choose them in the view of traces");
  const traces = await Promise.all(ids.map((id) => load(`/api/v1/traces/${encodeURIComponent(id)}`)));
  if (turn !== shown) return;
  const facts = table("Both traces", ["Of the trace", "First", "Second"]);
  const fact = (name, value) => row(facts, name, traces.map(value));
  fact("Trace", (trace) => element("a", { href: link(["traces", trace.trace_id]) }, text(trace.name), " ", element("code", null, text(trace.trace_id.slice(0, 8)))));
  fact("Started", (trace) => time(trace.start_unix_ms));
  fact("Duration", (trace) => milliseconds(trace.duration_ms));
  fact("Spans", (trace) => count(trace.spans));
  fact("Result", result);
  fact("Log", (trace) => element("a", { href: link("logs", { trace_id: trace.trace_id }), "aria-label": `Lines of ${visible(trace.trace_id.slice(0, 8))}` }, "Lines"));
  const [first, second] = traces.map(byPath);
  const whole = Math.max(1e-6, ...traces.map((trace) => trace.duration_ms));
  const entries = inOrder(first, second).map((path) => pairEntry(first.get(path), second.get(path), whole));
  main.append(
    facts.whole,
    element("h2", null, "Spans, on one time line"),
    element("ul", { class: "tree" }, ...entries),
    element("p", null, element("a", { href: link(["compare", ids[1], ids[0]]) }, "Exchange the two")),
  );
  state("Loaded");
}

VIEWS.compare = { title: "Two traces", draw: compareView, tab: "traces" };
