// Draws dashboards from live programs: `main.mjs PROGRAMS FOLDER SECONDS NAME..` draws them all into a folder, and
// `main.mjs PROGRAMS --panel PICTURE` draws one panel and compares it with Prometheus.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { problems } from './check.mjs';
import { draw } from './draw.mjs';
import { legend, open, replaced, series } from './panels.mjs';
import { decode, encode } from './png.mjs';
import { eventually, pause, stopped } from './processes.mjs';
import { files, start, traffic } from './programs.mjs';
import { allUp, instant, scraping } from './prometheus.mjs';
import { sum } from './sum.mjs';

// The panel that is compared: two lines that differ, with a unit. It is drawn with this many seconds of data.
const PANEL = { program: 'glyphoxa', title: 'STT Latency (p50 / p95)', seconds: 10 };

// The time between two scrapes, and the window of rates, in seconds.
const INTERVAL = 2;
const WINDOW = 30;

const now = () => Math.floor(Date.now() / 1000);

async function drawDashboard({ name }, prometheus, { start, end }, picture) {
  const file = files(name).dashboard;
  const content = readFileSync(file);
  const dashboard = JSON.parse(content);
  const view = { start, end, job: name, window: WINDOW };
  const panels = open(dashboard);
  const results = {};
  // One after the other: Prometheus answers twenty queries at a time, and lets others wait.
  for (const panel of panels) results[panel.id] = await series(panel, prometheus, view);
  const empty = panels.filter(({ id }) => results[id].length === 0);
  if (empty.length === panels.length) throw new Error(`no panel of ${name} has data`);
  const drawn = await draw(dashboard, results, view);
  writeFileSync(picture, encode(decode(drawn.picture)));
  writeFileSync(`${picture}.sum`, `${sum(content)}\n`);
  console.log(`${basename(picture)}: ${panels.length} panels, of them ${empty.length} without data`);
  empty.forEach((panel) => console.log(`no data: ${panel.title}`));
}

async function drawAll(folder, programs, seconds, names, work) {
  const running = await Promise.all(names.map((name) => start(name, programs)));
  const prometheus = await scraping(running, INTERVAL, work);
  const end = Date.now() + seconds * 1000;
  await Promise.all([pause(seconds * 1000), ...running.map((program) => traffic(program, end))]);
  const time = { start: now() - seconds, end: now() };
  await allUp(prometheus, running);
  for (const program of running) {
    await drawDashboard(program, prometheus, time, join(folder, `${program.name}.png`));
  }
}

// Returns the last value of each series of a panel by its name, from instant queries.
async function answers(panel, prometheus, view) {
  const found = panel.targets.map(async (target) => {
    const results = await instant(prometheus, replaced(target.expr, view), view.end);
    return results.map(({ metric, value }) => [legend(target.legendFormat, metric), Number(value[1])]);
  });
  return new Map((await Promise.all(found)).flat());
}

// Returns whether each query of the panel has a line over all of the time.
const isWhole = (panel, found, seconds) =>
  found.length >= panel.targets.length &&
  found.every(({ values }) => values.filter((value) => value !== null).length >= seconds);

async function drawPanel(programs, picture, work) {
  const { program, title, seconds } = PANEL;
  const dashboard = JSON.parse(readFileSync(files(program).dashboard));
  const panel = open(dashboard).find((panel) => panel.title === title);
  if (!panel) throw new Error(`the dashboard of ${program} has no panel \`${title}\``);
  const running = await start(program, programs);
  const prometheus = await scraping([running], 1, work);
  const { view, found } = await eventually(`\`${title}\` has ${seconds} s of data`, 60, async () => {
    // A scrape that began before this time is stored by now, so that later queries have the same answer.
    const end = now() - 2;
    const view = { start: end - seconds, end, job: program, window: 4 };
    const found = await series(panel, prometheus, view);
    return isWhole(panel, found, seconds) ? { view, found } : undefined;
  });
  const alone = { panels: [{ ...panel, gridPos: { x: 0, y: 0, w: 24, h: panel.gridPos.h } }] };
  const drawn = await draw(alone, { [panel.id]: found }, view);
  writeFileSync(picture, drawn.picture);
  const expected = await answers(panel, prometheus, view);
  const wrong = problems(drawn.dom, decode(drawn.picture), expected);
  if (wrong.length > 0) throw new Error(`${picture}: ${wrong.join('; ')}`);
  const numbers = [...expected].map(([name, value]) => `${name} ${value}`);
  console.log(`${title}: drawn with the answers of Prometheus, ${numbers.join(', ')}`);
}

const [programs, ...rest] = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), 'draw-'));
try {
  if (rest[0] === '--panel') {
    await drawPanel(programs, rest[1], work);
  } else {
    const [folder, seconds, ...names] = rest;
    await drawAll(folder, programs, Number(seconds), names, work);
  }
} finally {
  await stopped();
  rmSync(work, { recursive: true, force: true });
}
