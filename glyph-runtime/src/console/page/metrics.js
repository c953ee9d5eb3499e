// The view of metrics.
"use strict";

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

function labels(metric) {
  return metric.labels.flatMap((label) => {
    const values = label.values ? label.values.map(visible).join(", ") : `any string, at most ${count(label.max)}`;
    const other = label.other ? `; ${count(label.other)} recordings are in other` : "";
    return [element("div", null, element("code", null, text(label.name)), `${label.from_scope ? ", from the scope" : ""}: `, text(values), other)];
  });
}

// What the catalog declares of a metric.
function declared(metric) {
  return described([
    ["Help", text(metric.help)],
    ["OpenTelemetry", element("code", null, text(metric.otel_name))],
    ["Labels", metric.labels.length ? element("div", null, ...labels(metric)) : null],
    ["Buckets", metric.buckets.length ? metric.buckets.join(", ") : null],
    ["Rejected", metric.rejected ? count(metric.rejected) : null],
  ]);
}

function summaryOf(metric) {
  const limit = metric.max_series === null ? "" : ` of ${count(metric.max_series)}`;
  const unit = metric.unit ? `, ${metric.unit}` : "";
  return soft(`${metric.kind}${unit}, ${count(metric.series)}${limit} series${metric.built_in ? ", built in" : ""}`);
}

// The last 15 minutes of a metric. `choose` gets the label value of the heat map.
async function charts(name, kind, chosen, choose) {
  const [series, heat] = await Promise.all([
    load(`/api/v1/series?${new URLSearchParams({ metric: name })}`),
    // A series of a link may be gone.
    kind === "histogram" ? askedHeatMap(name, chosen).catch((error) => error) : null,
  ]);
  return [...(heat ? heatMaps(name, heat, series, chosen, choose) : []), seriesTable(series)];
}

function metricEntry(metric) {
  const chart = element("div");
  const entry = element(
    "details",
    { class: "metric", "data-loads": "" },
    element("summary", null, element("code", null, text(metric.name)), " ", summaryOf(metric)),
    declared(metric),
    element("p", null, element("a", { href: link(["metrics", metric.name]) }, "Only ", text(metric.name))),
    chart,
  );
  entry.addEventListener("toggle", async () => {
    if (!entry.open) return;
    try {
      chart.replaceChildren(...(await charts(metric.name, metric.kind, {}, () => {})));
    } catch (error) {
      chart.replaceChildren(failure(error));
    }
  });
  return entry;
}

// One metric: a stage leads here, and its slow calls lead to their traces.
async function metricView(parameters, name) {
  const turn = shown;
  const { metrics } = await load("/api/v1/metrics");
  const metric = metrics.find((known) => known.name === name);
  if (!metric) throw new Error("no metric has this name");
  const stage = parameters.get("stage");
  const [label, value] = [parameters.get("label"), parameters.get("value")];
  let chosen = label && value ? { label, value } : {};
  const choose = (pair) => {
    chosen = pair;
    history.replaceState(null, "", link(["metrics", name], { stage, ...chosen }));
  };
  const drawn = await charts(name, metric.kind, chosen, choose);
  if (turn !== shown) return;
  const chart = element("div", null, ...drawn);
  const again = element("button", { type: "button" }, "Read again");
  again.addEventListener("click", async () => {
    try {
      chart.replaceChildren(...(await charts(name, metric.kind, chosen, choose)));
      state("Loaded");
    } catch (error) {
      state("Failed");
    }
  });
  const traces = stage ? element("p", null, element("a", { href: link("traces", { stage }) }, "Traces of ", text(stage))) : null;
  main.append(...[element("p", null, element("code", null, text(name)), " ", summaryOf(metric)), chart, again, traces, element("h2", null, "Declared"), declared(metric)].filter((part) => part !== null));
  state("Loaded");
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

VIEWS.metrics = { title: "Metrics", draw: metricsView, one: { title: "Metric", draw: metricView } };
