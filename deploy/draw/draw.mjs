// Draws a dashboard with the data of a Prometheus: `draw.mjs DASHBOARD PROMETHEUS SECONDS PICTURE`.
//
// The picture shows the dashboard that `PICTURE.sum` names; `draw.mjs --check PICTURE DASHBOARD`
// fails if the dashboard has changed since.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));

// The number of points of a line.
const POINTS = 120;

const sum = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

// Returns an expression with the values of variables: everything, and a window of four scrapes.
function replaced(expr) {
  return expr.replaceAll('$__rate_interval', '30s').replaceAll(/\$\w+/g, '.*');
}

function legend(format, labels) {
  return format.replaceAll(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? '');
}

// Returns the series of a panel.
async function results(panel, prometheus, from, to) {
  const series = [];
  for (const target of panel.targets) {
    const step = Math.max(1, Math.round((to - from) / POINTS));
    const parameters = new URLSearchParams({ query: replaced(target.expr), start: from, end: to, step });
    const response = await fetch(`${prometheus}/api/v1/query_range?${parameters}`);
    const answer = await response.json();
    if (answer.status !== 'success') {
      throw new Error(`${panel.title}: ${answer.error}`);
    }
    for (const { metric, values } of answer.data.result) {
      series.push({
        name: legend(target.legendFormat, metric),
        times: values.map(([time]) => time * 1000),
        values: values.map(([, value]) => (value === 'NaN' ? null : Number(value))),
      });
    }
  }
  return series;
}

function run(command, args) {
  const { status, stderr, error } = spawnSync(command, args, { cwd: HERE, encoding: 'utf8', timeout: 120_000 });
  if (status !== 0) {
    throw new Error(`${command} failed: ${error ?? stderr}`);
  }
}

async function draw(file, prometheus, seconds, picture) {
  const dashboard = JSON.parse(readFileSync(file));
  const to = Math.floor(Date.now() / 1000);
  const from = to - Number(seconds);
  const drawn = { dashboard, results: {}, from: from * 1000, to: to * 1000 };
  const open = dashboard.panels.filter((panel) => panel.type !== 'row');
  for (const panel of open) {
    drawn.results[panel.id] = await results(panel, prometheus, from, to);
  }
  const empty = open.filter((panel) => drawn.results[panel.id].length === 0);
  const folder = mkdtempSync(join(tmpdir(), 'draw-'));
  const fonts = ['svg', 'ttf', 'woff', 'woff2'].map((kind) => `--loader:.${kind}=dataurl`);
  run(join(HERE, 'node_modules/.bin/esbuild'), [
    'page.jsx', '--bundle', '--minify', '--format=iife', `--outfile=${join(folder, 'page.js')}`,
    '--define:process.env.NODE_ENV="production"', '--define:global=window', ...fonts,
  ]);
  const styles = readFileSync(join(HERE, 'node_modules/uplot/dist/uPlot.min.css'), 'utf8');
  const data = JSON.stringify(drawn).replaceAll('<', '\\u003c');
  writeFileSync(
    join(folder, 'page.html'),
    `<!doctype html><meta charset="utf-8"><style>${styles}</style><div id="root"></div>
    <script>window.drawn = ${data};</script><script src="page.js"></script>`,
  );
  const height = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h)) * 36 + 16;
  run(process.env.CHROMIUM ?? 'chromium', [
    '--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--force-device-scale-factor=1',
    `--window-size=1216,${height}`, '--virtual-time-budget=8000', `--screenshot=${picture}`,
    `file://${join(folder, 'page.html')}`,
  ]);
  rmSync(folder, { recursive: true });
  writeFileSync(`${picture}.sum`, `${sum(file)}\n`);
  console.log(`drew ${open.length} panels, of them ${empty.length} without data`);
  empty.forEach((panel) => console.log(`no data: ${panel.title}`));
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--check') {
  const [picture, file] = rest;
  if (readFileSync(`${picture}.sum`, 'utf8').trim() !== sum(file)) {
    console.error(`${picture} shows an earlier version of ${file}: draw it again`);
    process.exit(1);
  }
} else {
  const [prometheus, seconds, picture] = rest;
  await draw(first, prometheus, seconds, picture);
}
