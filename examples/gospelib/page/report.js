"use strict";

// Reports what happens on the page: errors, the console, web vitals and spans, in the format of Faro's
// web SDK. Each request of the page carries `traceparent`, so its span is above the gateway's.
//
// `faro/report.js` is the same with the SDK itself. Both define `reporter` for `page.js`: `session()`,
// `interaction(name, work)`, whose `work` gets a span, and `get(path, span)`.

const reporter = (() => {
// Empty: nothing is reported.
const COLLECT = document.querySelector("meta[name=collector]").content;
const EVERY_MS = 2000;
const MOST_ITEMS = 50;

const hex = (bytes) => {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

const nanoseconds = (ms) => `${Math.round((performance.timeOrigin + ms) * 1000)}000`;

function session() {
  let id = sessionStorage.getItem("gospelib-session");
  if (!id) {
    id = hex(8);
    sessionStorage.setItem("gospelib-session", id);
  }
  return id;
}

// --- what is reported

const empty = () => ({ logs: [], exceptions: [], measurements: [], events: [], spans: [] });
let waiting = empty();

function report(kind, item, trace) {
  if (!COLLECT || waiting[kind].length >= MOST_ITEMS) return;
  if (trace) item.trace = { trace_id: trace.traceId, span_id: trace.spanId };
  if (kind !== "spans") item.timestamp = new Date().toISOString();
  waiting[kind].push(item);
}

function send() {
  const { spans, ...signals } = waiting;
  const count = Object.values(waiting).reduce((sum, items) => sum + items.length, 0);
  if (count === 0) return;
  waiting = empty();
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "gospelib-web" } }] };
  const payload = {
    meta: {
      sdk: { name: "gospelib-page", version: "0.1.0" },
      app: { name: "gospelib-web", version: "0.1.0" },
      session: { id: session() },
      page: { url: location.href.split("#")[0].slice(0, 500) },
      browser: { name: navigator.userAgent.slice(0, 200), version: "" },
    },
    ...signals,
  };
  if (spans.length > 0) {
    payload.traces = { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "page" }, spans }] }] };
  }
  // `keepalive` lets the request outlive the page.
  fetch(COLLECT, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(payload),
    keepalive: true,
  }).catch(() => {});
}

// --- spans

function startSpan(name, kind, parent) {
  return {
    traceId: parent ? parent.traceId : hex(16),
    spanId: hex(8),
    parentSpanId: parent ? parent.spanId : "",
    name,
    kind,
    startTimeUnixNano: nanoseconds(performance.now()),
    attributes: [],
    status: { code: 0 },
  };
}

function endSpan(span, error) {
  span.endTimeUnixNano = nanoseconds(performance.now());
  if (error) span.status = { code: 2, message: String(error) };
  report("spans", span);
}

const attribute = (span, key, value) => {
  const typed = Number.isInteger(value) ? { intValue: String(value) } : { stringValue: String(value) };
  span.attributes.push({ key, value: typed });
};

async function get(path, parent) {
  const span = startSpan("HTTP GET", 3, parent);
  attribute(span, "http.request.method", "GET");
  attribute(span, "url.path", path.split("?")[0]);
  try {
    const response = await fetch(path, { headers: { traceparent: `00-${span.traceId}-${span.spanId}-01` } });
    attribute(span, "http.response.status_code", response.status);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    const body = await response.json();
    endSpan(span);
    return body;
  } catch (error) {
    endSpan(span, error.message);
    throw error;
  }
}

async function interaction(name, work) {
  const span = startSpan(name, 1);
  try {
    await work(span);
    endSpan(span);
  } catch (error) {
    endSpan(span, error.message);
    exception(error, span);
    throw error;
  }
}

// --- errors, the console, and web vitals

function frames(stack) {
  const found = [];
  for (const line of (stack || "").split("\n")) {
    const at = line.match(/^\s*at (?:(.*?) \()?(.*?):(\d+):(\d+)\)?$/) || line.match(/^(.*?)@(.*?):(\d+):(\d+)$/);
    if (at) found.push({ function: at[1] || "?", filename: at[2], lineno: Number(at[3]), colno: Number(at[4]) });
  }
  return found.slice(0, 20);
}

function exception(error, trace) {
  const value = String(error && error.message !== undefined ? error.message : error);
  const type = (error && error.name) || "Error";
  report("exceptions", { type, value, stacktrace: { frames: frames(error && error.stack) } }, trace);
}

addEventListener("error", (event) => exception(event.error || event.message));
addEventListener("unhandledrejection", (event) => exception(event.reason));
for (const level of ["error", "warn"]) {
  const shown = console[level].bind(console);
  console[level] = (...texts) => {
    shown(...texts);
    report("logs", { level, message: texts.map(String).join(" ").slice(0, 1000), context: {} });
  };
}

const vitals = {};

function observe(type, take) {
  try {
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, durationThreshold: 16 });
  } catch {
    // This browser does not measure it.
  }
}

observe("largest-contentful-paint", (entry) => { vitals.lcp = entry.startTime; });
observe("layout-shift", (entry) => { if (!entry.hadRecentInput) vitals.cls = (vitals.cls || 0) + entry.value; });
observe("event", (entry) => { if (entry.interactionId) vitals.inp = Math.max(vitals.inp || 0, entry.duration); });
observe("navigation", (entry) => { vitals.ttfb = entry.responseStart; });
observe("resource", (entry) => {
  if (entry.name.endsWith(COLLECT)) return;
  report("events", { name: "resource", attributes: { name: entry.name.slice(0, 200), ms: entry.duration.toFixed(1) } });
});

const sentVitals = {};

function reportVitals() {
  if (vitals.cls === undefined) vitals.cls = 0;
  for (const [name, value] of Object.entries(vitals)) {
    if (sentVitals[name] === value) continue;
    sentVitals[name] = value;
    report("measurements", { type: "web-vitals", values: { [name]: value } });
  }
}

addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    reportVitals();
    send();
  }
});
setInterval(send, EVERY_MS);
setTimeout(reportVitals, EVERY_MS);

report("events", { name: "session_start", attributes: {} });
return { session, interaction, get };
})();
