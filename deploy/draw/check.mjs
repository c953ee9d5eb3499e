// Compares a drawn panel with the answers of Prometheus: the numbers in its legend, and the colors of its lines.

// How many of one are shown as a unit.
const UNITS = { '': 1, '/s': 1, ns: 1e-9, µs: 1e-6, ms: 1e-3, s: 1, min: 60, '%': 0.01, K: 1e3 };

// A pixel of a line has at least this share of the line's color, and white of the rest: the edge of a line mixes
// with what is below, which is nearly white. Other colors differ by more than this from all such mixtures.
const SHARE = 0.35;
const OTHER = 40;

// A line crosses at least this share of the picture. An icon in the legend does not.
const CROSSED = 0.5;

const text = (html) => html.replaceAll(/<[^>]*>/g, '').replaceAll('&nbsp;', ' ').replaceAll('\u00a0', ' ').trim();

// Returns the rows of the legend: the name and color of each series, and its last value as text.
export function legendRows(dom) {
  const rows = [...dom.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row]) => row);
  return rows.flatMap((row) => {
    const color = row.match(/background(?:-color)?: ?rgb\((\d+), (\d+), (\d+)\)/);
    // The first cell has an icon, and the others have the name, the last value and the highest one.
    const [, name, last] = [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell]) => text(cell));
    if (!color || last === undefined) return [];
    const [red, green, blue] = color.slice(1).map(Number);
    return [{ name, color: (red << 16) | (green << 8) | blue, last }];
  });
}

// Returns the value of a text such as `35.7 ms`, and by how much rounding changed it at most.
export function shown(value) {
  const [, digits, decimals = '', unit] = value.match(/^(-?\d+(?:\.(\d+))?) ?(\D*)$/) ?? [];
  const factor = UNITS[unit];
  if (factor === undefined) throw new Error(`\`${value}\` in the legend is not a number with a known unit`);
  return { value: Number(digits) * factor, error: 0.5 * 10 ** -decimals.length * factor * 1.001 };
}

// Returns whether a pixel is of a line with the color.
function isOfLine(pixel, color) {
  const darkness = (of) => [16, 8, 0].map((shift) => 255 - ((of >> shift) & 255));
  const [seen, full] = [darkness(pixel), darkness(color)];
  const product = (one, other) => one.reduce((total, value, index) => total + value * other[index], 0);
  const share = product(seen, full) / product(full, full);
  return share >= SHARE && seen.every((value, index) => Math.abs(value - share * full[index]) <= OTHER);
}

// Returns the share of the picture's columns that have the color.
export function crossed({ width, colors }, color) {
  const columns = new Set();
  colors.forEach((pixel, index) => {
    if (isOfLine(pixel, color)) columns.add(index % width);
  });
  return columns.size / width;
}

// Returns what is wrong with a drawn panel. `answers` has the last value of each series by its name.
export function problems(dom, picture, answers) {
  const rows = legendRows(dom);
  const wrong = [...answers].flatMap(([name, answer]) => {
    const row = rows.find((row) => row.name === name);
    if (!row) return [`the legend has no \`${name}\``];
    const { value, error } = shown(row.last);
    const share = crossed(picture, row.color);
    const numbers = Math.abs(value - answer) <= error;
    return [
      ...(numbers ? [] : [`the legend has ${row.last} for \`${name}\`, Prometheus has ${answer}`]),
      ...(share >= CROSSED ? [] : [`the line of \`${name}\` crosses ${Math.round(share * 100)}% of the picture`]),
    ];
  });
  return answers.size === 0 ? ['Prometheus has no series for the panel'] : wrong;
}
