// The heat map of a histogram, with its exemplars as dots that lead to their traces.
"use strict";

const MOST_COLUMNS = 60;
const MOST_ROWS_OF_EXEMPLARS = 20;
// The least distance between two links in a row, in percent: 24 pixels in the narrowest window.
const NEAR = 12;

// Adds up columns, so that there are at most 60. Returns their counts, the latest first, and their seconds.
function merged(columns) {
  const covered = Math.max(60, ...columns.map((column) => column.age_seconds + column.seconds));
  const step = Math.max(5, covered / MOST_COLUMNS);
  const sums = [];
  for (const column of columns) {
    const at = Math.floor((column.age_seconds + column.seconds / 2) / step);
    sums[at] = column.counts.map((number, bucket) => number + ((sums[at] || [])[bucket] || 0));
  }
  return { sums, step, covered };
}

// The buckets from the lowest to the highest that has something.
function rowsOf({ columns, exemplars }, buckets) {
  const used = (bucket) => columns.some((column) => column.counts[bucket]) || exemplars.some((one) => one.bucket === bucket);
  const all = Array.from({ length: buckets + 1 }, (_, bucket) => bucket).filter(used);
  return all.length ? { low: all[0], high: all[all.length - 1] } : null;
}

const boundText = (data, bucket) =>
  bucket < data.buckets.length
    ? `≤ ${quantity(data.buckets[bucket], data.unit)}`
    : `> ${data.buckets.length ? quantity(data.buckets[bucket - 1], data.unit) : "0"}`;

// The cells, of which that with the most is the darkest.
function heatCells({ sums, step, covered }, { low, high }, most) {
  const drawn = document.createElementNS(SVG, "svg");
  const width = (step * 100) / covered;
  sums.forEach((counts, at) => {
    for (let bucket = low; bucket <= high; bucket += 1) {
      if (!counts[bucket]) continue;
      const cell = document.createElementNS(SVG, "rect");
      const place = { x: 100 - (at + 1) * width, y: high - bucket, width, height: 1, "fill-opacity": 0.15 + 0.85 * Math.sqrt(counts[bucket] / most) };
      for (const [name, value] of Object.entries(place)) cell.setAttribute(name, Number(value.toFixed(3)));
      drawn.append(cell);
    }
  });
  return drawn;
}

// The exemplars with their places in percent. A dot is a link if it has a trace, and no larger one is near it:
// the table below has the others.
function placedDots(exemplars, covered) {
  const links = [];
  return exemplars.map((exemplar) => {
    const left = Math.max(0, 100 - (exemplar.age_seconds * 100) / covered);
    const isNear = (other) => other.bucket === exemplar.bucket && Math.abs(other.left - left) < NEAR;
    const isLink = exemplar.trace_is_kept && !links.some(isNear);
    if (isLink) links.push({ bucket: exemplar.bucket, left });
    return { exemplar, left, isLink };
  });
}

function dot(data, { exemplar, left, isLink }, { low, high }) {
  const name = `${quantity(exemplar.value, data.unit)} at ${new Date(exemplar.time_unix_ms).toLocaleTimeString()}`;
  const made = isLink
    ? element("a", { class: "dot", href: traceOf(exemplar), "aria-label": `Trace of ${name}`, title: name })
    : element("i", { class: "dot small" });
  made.style.left = `${left}%`;
  made.style.top = `${((high - exemplar.bucket + 0.5) * 100) / (high - low + 1)}%`;
  return made;
}

const traceOf = (exemplar) => link(["traces", exemplar.trace_id], { span: exemplar.span_id });

function exemplarTable(data) {
  const some = data.exemplars.slice(0, MOST_ROWS_OF_EXEMPLARS);
  const caption = `Exemplars, the largest first, ${count(some.length)} of ${count(data.exemplars.length)}`;
  const of = table(caption, ["Value", "Time", "Labels", "Trace"]);
  for (const exemplar of some) {
    const value = quantity(exemplar.value, data.unit);
    const trace = exemplar.trace_is_kept
      ? element("a", { href: traceOf(exemplar) }, element("code", null, text(exemplar.trace_id.slice(0, 8))))
      : soft("no longer kept");
    row(of, value, [time(exemplar.time_unix_ms), text(labelText(exemplar.labels) || "none"), trace]);
  }
  return of.whole;
}

function heatMap(data) {
  const rows = rowsOf(data, data.buckets.length);
  const none = element("p", { class: "soft" }, "Nothing was counted between two snapshots.");
  if (!rows) return [none];
  const columns = merged(data.columns);
  const most = Math.max(1, ...columns.sums.flatMap((counts) => counts || []));
  const total = data.columns.reduce((sum, column) => sum + column.counts.reduce((all, one) => all + one, 0), 0);
  const cells = heatCells(columns, rows, most);
  const size = rows.high - rows.low + 1;
  const label = `Heat map of ${count(total)} values over ${elapsed(columns.covered)}, from ${boundText(data, rows.low)} to ${boundText(data, rows.high)}`;
  const attributes = { viewBox: `0 0 100 ${size}`, preserveAspectRatio: "none", role: "img", "aria-label": label };
  for (const [name, value] of Object.entries(attributes)) cells.setAttribute(name, value);
  const bounds = Array.from({ length: size }, (_, index) => element("span", null, boundText(data, rows.high - index)));
  const dots = placedDots(data.exemplars, columns.covered).map((one) => dot(data, one, rows));
  // Links are above the others.
  dots.sort((one, other) => Number(one.matches("a")) - Number(other.matches("a")));
  const plot = element("div", { class: "plot" }, cells, ...dots);
  plot.style.height = `${size * 1.75}rem`;
  const figure = element(
    "figure",
    { class: "heat" },
    element("div", { class: "bounds", "aria-hidden": "true" }, ...bounds),
    plot,
    element("div", { class: "axis", "aria-hidden": "true" }, element("span", null, `${elapsed(columns.covered)} ago`), element("span", null, "now")),
    element("figcaption", { class: "soft" }, `The darkest cell has ${count(most)} in ${elapsed(columns.step)}. Each dot is an exemplar, and large ones lead to their traces.`),
  );
  return data.exemplars.length ? [figure, exemplarTable(data)] : [figure];
}

// The label values of the series, each once, by their words.
function labelValues(series, chosen) {
  const values = new Map();
  const add = (label, value) => value && values.set(`${label}=${value}`, { label, value });
  for (const { labels } of series) Object.entries(labels).forEach((pair) => add(...pair));
  add(chosen.label, chosen.value);
  return values;
}

const askedHeatMap = (name, chosen) => load(`/api/v1/heatmap?${new URLSearchParams({ metric: name, ...chosen })}`);

// The heat map of all series, and a choice of those with one label value.
function heatMaps(name, heat, series, chosen, choose) {
  const place = element("div", null, ...(heat instanceof Error ? [failure(heat)] : heatMap(heat)));
  const values = labelValues(series.series, chosen);
  if (!values.size) return [place];
  const options = ["", ...values.keys()].map((words) => element("option", { value: words }, words ? visible(words) : "all"));
  const select = element("select", { name: "series" }, ...options);
  select.value = chosen.label ? `${chosen.label}=${chosen.value}` : "";
  select.addEventListener("change", async () => {
    const wanted = select.value;
    const pair = values.get(wanted) || {};
    choose(pair);
    let parts = [];
    try {
      parts = heatMap(await askedHeatMap(name, pair));
    } catch (error) {
      parts = [failure(error)];
    }
    if (wanted === select.value) place.replaceChildren(...parts);
  });
  const some = `Values of ${count(series.series.length)} of ${count(series.series_in_all)} series. For another one, set label and value in the URL.`;
  const note = series.series_in_all > series.series.length ? [element("p", null, soft(some))] : [];
  return [element("form", null, field("Series in the heat map", select)), ...note, place];
}
