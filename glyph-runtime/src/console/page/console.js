// The page of the console. Every string of the program becomes a text node, never markup.
"use strict";

const LONGEST = 2000;
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const SVG = "http://www.w3.org/2000/svg";
const main = document.getElementById("main");
let stream = null;
let shown = 0;

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
    element("td", { role: "cell", class: "number", "data-name": of.columns[index + 1] }, cell));
  of.body.append(element("tr", { role: "row" }, head, ...rest));
  return rest;
}

async function load(path) {
  const response = await fetch(path, { cache: "no-store" });
  if (!response.ok) throw new Error((await response.text()).trim() || `status ${response.status}`);
  return response.json();
}

const state = (words) => {
  const place = document.getElementById("state");
  if (place.textContent !== words) place.textContent = words;
};

const failure = (error) => element("p", { class: "error", role: "alert" }, visible(String(error.message || error)));
const link = (path, parameters) => {
  const query = String(new URLSearchParams(Object.entries(parameters || {}).filter(([, value]) => value)));
  return `#/${path}${query ? `?${query}` : ""}`;
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

function overviewView() {
  const health = element("p");
  const figures = element("p", { class: "soft" });
  const stages = table("Stages, over the last five minutes", ["Stage", "Calls/s", "Failed", "p50", "p95", "p99", "In flight", "Calls/s over time", "p95 over time"]);
  const rows = new Map();
  const alerts = activeAlerts();
  main.append(health, alerts.place, stages.whole, figures);

  const update = (overview) => {
    about(overview);
    health.replaceChildren(...checks(overview.health));
    alerts.update(overview.alerts);
    for (const stage of overview.stages) {
      const name = `${stage.name} ${stage.metric}`;
      if (!rows.has(name)) {
        const to = element("a", { href: link("traces", { stage: stage.name }), title: stage.metric }, text(stage.name));
        rows.set(name, row(stages, to, Array(8).fill("")));
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
  stream = new EventSource("/api/v1/live");
  stream.onmessage = (event) => update(JSON.parse(event.data));
  stream.onerror = () => state("No connection to the program: trying again");
}

async function metricsView(parameters) {
  const filter = element("input", { type: "search", name: "q", value: parameters.get("q") || "", autocomplete: "off" });
  const form = element("form", { role: "search" }, field("Name, help or label has", filter));
  const found = element("p", { class: "soft", role: "status" });
  const list = element("div");
  main.append(form, found, list);
  const turn = shown;
  const { metrics } = await load("/api/v1/metrics");
  if (turn !== shown) return;
  const entries = metrics.map((metric) => [words(metric), metricEntry(metric)]);
  list.append(...entries.map(([, entry]) => entry));
  const select = () => {
    const wanted = filter.value.trim().toLowerCase();
    let matching = 0;
    for (const [known, entry] of entries) {
      entry.hidden = !known.includes(wanted);
      matching += entry.hidden ? 0 : 1;
    }
    found.textContent = `${matching} of ${metrics.length} metrics`;
    history.replaceState(null, "", link("metrics", { q: filter.value.trim() }));
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  filter.addEventListener("input", select);
  select();
  state("Loaded");
}

const words = (metric) => [metric.name, metric.otel_name, metric.help, ...metric.labels.map((label) => label.name)].join(" ").toLowerCase();

function described(pairs) {
  const known = pairs.filter(([, value]) => value !== null && value !== "");
  return element("dl", null, ...known.flatMap(([name, value]) => [element("dt", null, name), element("dd", null, value)]));
}

function labels(metric) {
  return metric.labels.flatMap((label) => {
    const values = label.values ? label.values.map(visible).join(", ") : `any string, at most ${count(label.max)}`;
    const other = label.other ? `; ${count(label.other)} recordings are in other` : "";
    return [element("div", null, element("code", null, text(label.name)), `${label.from_scope ? ", from the scope" : ""}: `, text(values), other)];
  });
}

function metricEntry(metric) {
  const limit = metric.max_series === null ? "" : ` of ${count(metric.max_series)}`;
  const chart = element("div");
  const entry = element(
    "details",
    { class: "metric" },
    element("summary", null, element("code", null, text(metric.name)), " ", soft(`${metric.kind}${metric.unit ? `, ${metric.unit}` : ""}, ${count(metric.series)}${limit} series${metric.built_in ? ", built in" : ""}`)),
    described([
      ["Help", text(metric.help)],
      ["OpenTelemetry", element("code", null, text(metric.otel_name))],
      ["Labels", metric.labels.length ? element("div", null, ...labels(metric)) : null],
      ["Buckets", metric.buckets.length ? metric.buckets.join(", ") : null],
      ["Rejected", metric.rejected ? count(metric.rejected) : null],
    ]),
    chart,
  );
  entry.addEventListener("toggle", async () => {
    if (!entry.open) return;
    try {
      chart.replaceChildren(seriesTable(await load(`/api/v1/series?${new URLSearchParams({ metric: metric.name })}`)));
    } catch (error) {
      chart.replaceChildren(failure(error));
    }
  });
  return entry;
}

function seriesTable(data) {
  const fields = { counter: ["rate"], gauge: ["value"], histogram: ["rate", "p50", "p95", "p99"] }[data.kind];
  const titles = { rate: data.kind === "counter" && data.unit ? `${data.unit}/s` : "Per second", value: "Value" };
  const caption = `The last 15 minutes, ${count(data.series.length)} of ${count(data.series_in_all)} series`;
  const of = table(caption, ["Series", ...fields.map((field) => titles[field] || field), "Over time"]);
  for (const series of data.series) {
    const name = Object.entries(series.labels).map(([label, value]) => `${label}=${value}`).join(", ") || "without labels";
    const last = series.points[series.points.length - 1] || {};
    const cells = fields.map((field) => quantity(last[field], field === "rate" ? "" : data.unit));
    const line = spark(series.points.map((point) => point[fields[0]]), `${titles[fields[0]]} over time`);
    row(of, text(name), [...cells, line]);
  }
  return of.whole;
}

const field = (label, control) => element("label", null, label, control);

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
  main.append(form);
  const turn = shown;
  const query = new URLSearchParams([...parameters].filter(([, given]) => given));
  const list = await load(`/api/v1/traces?${query}`);
  if (turn !== shown) return;
  const of = table(`${count(list.traces.length)} of ${count(list.found)} traces, the latest first`, ["Trace", "Started", "Duration", "Spans", "Result"]);
  for (const trace of list.traces) {
    const to = element("a", { href: link(`traces/${trace.trace_id}`) }, text(trace.name));
    row(of, to, [time(trace.start_unix_ms), milliseconds(trace.duration_ms), count(trace.spans), result(trace)]);
  }
  main.append(of.whole, element("p", { class: "soft" }, list.kept
    ? "These are recent traces that were sampled or kept because they failed. What was not sampled has no trace."
    : "This program keeps no traces: it creates none, or exports them to a collector. The setting with_collector of the ring keeps them here too."));
  state("Loaded");
}

function result(trace) {
  if (!trace.failed) return "ok";
  return element("span", { class: "bad" }, "failed", trace.error ? ": " : "", trace.error ? text(trace.error) : "");
}

async function traceView(id) {
  const turn = shown;
  const trace = await load(`/api/v1/traces/${encodeURIComponent(id)}`);
  if (turn !== shown) return;
  main.append(
    element("p", null, element("a", { href: link("traces", { stage: trace.name }) }, "Traces of ", text(trace.name))),
    described([
      ["Trace id", element("code", null, trace.trace_id)],
      ["Started", time(trace.start_unix_ms)],
      ["Duration", milliseconds(trace.duration_ms)],
      ["Result", result(trace)],
      ["Missing", trace.missing_spans ? `${count(trace.missing_spans)} spans, for which there was no room` : null],
    ]),
    element("h2", null, `Spans, ${count(trace.spans)}`),
    element("ul", { class: "tree" }, ...trace.tree.map((span) => spanEntry(span, trace.duration_ms || 1))),
  );
  const lines = await linesOfTrace(id);
  if (turn !== shown) return;
  main.append(...lines);
  state("Loaded");
}

function spanEntry(span, whole) {
  const bar = element("i", span.status === "error" ? { class: "failed" } : null);
  bar.style.left = `${Math.min(99.5, (span.offset_ms * 100) / whole)}%`;
  bar.style.width = `${Math.min(100, (span.duration_ms * 100) / whole)}%`;
  const name = element("span", { class: "name" }, text(span.name), " ", soft(`${milliseconds(span.duration_ms)}, after ${milliseconds(span.offset_ms)}`));
  if (span.status === "error") name.append(" ", element("span", { class: "bad" }, "failed"));
  name.style.paddingLeft = `${Math.min(span.depth, 12) * 0.75}rem`;
  const attributes = Object.entries(span.attributes).map(([key, value]) => [text(key), text(value)]);
  const events = span.events.map((event) => element("div", null, text(event.name), " ", soft(`after ${milliseconds(event.offset_ms)}`), described(Object.entries(event.attributes).map(([key, value]) => [text(key), text(value)]))));
  const links = span.links.map((to) => element("div", null, element("a", { href: link(`traces/${to.trace_id}`) }, text(to.trace_id)), " ", soft(visible(to.span_id))));
  return element(
    "li",
    null,
    element(
      "details",
      { class: "span" },
      element("summary", null, name, element("div", { class: "lane", "aria-hidden": "true" }, bar)),
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

const VIEWS = {
  overview: ["Overview", overviewView],
  metrics: ["Metrics", metricsView],
  traces: ["Traces", tracesView],
};
