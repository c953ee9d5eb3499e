// Draws panels with Grafana's components in a headless Chromium.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BUILT, script } from './build.mjs';
import { browser } from './chromium.mjs';

// The width of a picture, and the height of a grid row, as page.jsx has them.
const WIDTH = 1216;
const LINE = 36;
const MARGIN = 16;

// The longest that the browser can take, in seconds.
const BROWSING = '120';

// Opens a page, writes a picture of it, and returns its document.
function opened(page, picture, height, profile) {
  const command = browser();
  const args = [
    '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--force-device-scale-factor=1',
    `--user-data-dir=${profile}`, `--window-size=${WIDTH},${height}`, '--virtual-time-budget=8000',
    `--screenshot=${picture}`, '--dump-dom', `file://${page}`,
  ];
  // The command is a script, so that only `timeout` ends the browser itself.
  const limit = ['--kill-after=5', BROWSING, command];
  const options = { encoding: 'utf8', maxBuffer: 256 << 20 };
  const { status, stdout, stderr, error } = spawnSync('timeout', [...limit, ...args], options);
  if (status !== 0) throw new Error(`${command} failed: ${error ?? stderr}`);
  return stdout;
}

// Draws a dashboard with `results`, the series of each panel by its id. Returns the file of the picture and the
// document that the browser has drawn.
export async function draw(dashboard, results, { start, end }) {
  const folder = mkdtempSync(join(tmpdir(), 'draw-'));
  try {
    const drawn = { dashboard, results, from: start * 1000, to: end * 1000 };
    const data = JSON.stringify(drawn).replaceAll('<', '\\u003c');
    const styles = readFileSync(join(BUILT, 'node_modules/uplot/dist/uPlot.min.css'), 'utf8');
    const [page, picture] = [join(folder, 'page.html'), join(folder, 'picture.png')];
    writeFileSync(
      page,
      `<!doctype html><meta charset="utf-8"><style>${styles}</style><div id="root"></div>
      <script>window.drawn = ${data};</script><script src="file://${await script()}"></script>`,
    );
    const height = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h)) * LINE + MARGIN;
    const dom = opened(page, picture, height, join(folder, 'profile'));
    return { picture: readFileSync(picture), dom };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
