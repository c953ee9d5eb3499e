// Looks at the console of a running program: `main.mjs PROGRAMS --check` checks it, and `main.mjs PROGRAMS FOLDER
// SECONDS` makes pictures after so much traffic.

import { launched, opened } from './browser.mjs';
import { lookedAt, work } from './checks.mjs';
import { hostile } from './hostile.mjs';
import { pictures } from './pictures.mjs';
import { pause, stopped } from '../draw/processes.mjs';
import { pair, program, ready, views } from './program.mjs';
import { switched } from './switch.mjs';
import { byKeyboard, byMouse } from './walk.mjs';

const PACKAGES = process.env.CONSOLE_FOLDER;

async function follow(browser, origin) {
  const tab = await opened(browser);
  const found = await ready(origin);
  await byMouse(tab, origin, found);
  console.log(`three clicks: ${found.stage.name}, a call of ${found.exemplar.value.toFixed(3)} s, its trace, its lines`);
  await byKeyboard(tab, origin, await ready(origin));
  console.log('the same with Tab and Enter');
  return [];
}

async function look(browser, origin) {
  const tab = await opened(browser);
  const all = views(await ready(origin));
  const wrong = await lookedAt(tab, PACKAGES, origin, all);
  console.log(`${all.length} views: light and dark, desktop and phone, 320 pixels`);
  return wrong;
}

async function lookAtHostile(browser, origin) {
  const tab = await opened(browser);
  const harmful = await hostile(origin);
  try {
    const all = views(await ready(origin), harmful.named);
    const wrong = await lookedAt(tab, PACKAGES, harmful.origin, all, { isHostile: true });
    console.log(`${all.length} views with hostile strings`);
    return wrong;
  } finally {
    harmful.stop();
  }
}

// Shows another program in the page of one, and goes back.
async function switchPrograms(browser) {
  const tab = await opened(browser);
  const wrong = await switched(tab, PACKAGES, await pair(programs));
  console.log('two programs in one page');
  return wrong;
}

async function measure(browser, origin) {
  const tab = await opened(browser);
  await ready(origin);
  const all = [];
  for (const hash of ['/', '/logs']) {
    const { share, wrong } = await work(tab, `${origin}/#${hash}`);
    console.log(`#${hash}: ${Math.round(share * 1000)} ms of the main thread each second`);
    all.push(...wrong);
  }
  return all;
}

// Each has a tab of its own, so that they take less time together.
async function check(browser, origin) {
  const parts = [follow, measure, look, lookAtHostile, switchPrograms].map((part) => part(browser, origin));
  const wrong = (await Promise.all(parts)).flat();
  if (wrong.length > 0) throw new Error(`the console has ${wrong.length} errors:\n${wrong.join('\n')}`);
}

const [programs, ...rest] = process.argv.slice(2);
const browser = launched();
try {
  const origin = await program(programs);
  if (rest[0] === '--check') {
    await check(browser, origin);
  } else {
    const tab = await opened(browser);
    const [folder, seconds] = rest;
    await pause(Number(seconds) * 1000);
    const all = views(await ready(origin));
    const bytes = await pictures(tab, origin, all, folder);
    console.log(`${folder}: ${all.length} views, ${Math.round(bytes / 1024)} KiB`);
  }
} finally {
  await browser.close();
  await stopped();
}
