// What is checked of each view: accessibility, narrow windows, hostile strings, and the work of the main thread.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { eventually, pause } from '../draw/processes.mjs';
import { SHOWN } from './hostile.mjs';

export const SIZES = [
  { name: 'desktop', width: 1216, height: 800 },
  { name: 'phone', width: 390, height: 844, isPhone: true },
];
export const SCHEMES = ['light', 'dark'];
// What axe sees: each size and each color once.
const SEEN = [{ ...SIZES[0], scheme: 'light' }, { ...SIZES[1], scheme: 'dark' }];
const NARROW = { width: 320, height: 640, isPhone: true };

// The most work of the main thread, in seconds each second, and how long it is measured.
const MOST_WORK = 0.1;
const MEASURED = 6;

// Opens the first entries of a list one after the other, and waits for what they load.
const OPENED = `(async () => {
  const end = Date.now() + 20000;
  for (const entry of [...document.querySelectorAll('details')].slice(0, 4)) {
    entry.open = true;
    const loaded = entry.matches('[data-loads]') ? entry.lastElementChild : null;
    while (loaded && !loaded.childElementCount && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return [...document.querySelectorAll('.error')].map((part) => part.textContent);
})()`;

// Takes a profile in its view, and returns whether it is drawn.
const TAKEN = `(async () => {
  const end = Date.now() + 20000;
  document.querySelector('main form button').click();
  const state = document.getElementById('state');
  while (!/^(Loaded|Failed)$/.test(state.textContent) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
  return document.querySelectorAll('.flame button').length > 1;
})()`;

// Runs all rules of axe, also those that are off by default in it.
const AXE = `(async () => {
  const enabled = Object.fromEntries(axe.getRules().map(({ ruleId }) => [ruleId, { enabled: true }]));
  const { violations } = await axe.run(document, { rules: enabled, resultTypes: ['violations'] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map((node) => id + ': ' + node.html.slice(0, 200) + ' ' + (node.failureSummary || '').replace(/\\s+/g, ' ')));
})()`;

// Returns the parts that are wider than the window.
const WIDE = `(() => {
  const { clientWidth, scrollWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.body.querySelectorAll('*')].filter((part) => part.getBoundingClientRect().right > clientWidth + 1);
  return ['the page has ' + scrollWidth + ' of ' + clientWidth + ' pixels'].concat(wide.slice(0, 3).map((part) => part.outerHTML.slice(0, 160)));
})()`;

// Returns what hostile strings have done. Scripts of the page itself are in its head.
const HARM = `(() => {
  const found = [...(window.violations || [])];
  if (window.hacked) found.push('a script was run');
  const added = document.body.querySelectorAll('script, img, iframe, object, embed, style, svg *:not(path):not(rect), [onload], [onerror], [href^="javascript:" i]');
  found.push(...[...added].map((part) => 'an element was made: ' + part.outerHTML.slice(0, 160)));
  const text = document.documentElement.outerHTML + document.title;
  if (/[\\u0000\\u001b\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]/.test(text)) found.push('a sign that cannot be seen is in the page');
  if (!document.body.textContent.includes(${JSON.stringify(SHOWN)})) found.push('no string is shown as it is');
  return found;
})()`;

const NOTED = `window.violations = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    if (!event.blockedURI.startsWith('http://127.0.0.1:1')) window.violations.push(event.violatedDirective + ' ' + event.blockedURI);
  });`;

async function accessible(tab, folder) {
  await tab.evaluate(`window.axe === undefined && (() => { ${readFileSync(join(folder, 'node_modules/axe-core/axe.min.js'), 'utf8')} })()`);
  return tab.evaluate(AXE);
}

// A program takes one profile at a time, and none while it is idle: it is asked again then.
const flame = (tab) => eventually('a flame graph is drawn', 120, async () => (await tab.evaluate(TAKEN)) || undefined);

// Opens a view in each size and in both colors, and returns what is wrong with it.
async function looked(tab, folder, url, { isHostile, isProfile }) {
  const wrong = [];
  const note = (found, ...where) => wrong.push(...found.map((text) => [...where, text].join(', ')));
  await tab.show({ ...SIZES[0], scheme: SCHEMES[0] });
  await tab.open(url);
  if (isProfile) await flame(tab);
  note(await tab.evaluate(OPENED), 'an error is shown');
  for (const seen of isHostile ? SEEN.slice(0, 1) : SEEN) {
    await tab.show(seen);
    note(await accessible(tab, folder), seen.name, seen.scheme);
    note(await tab.evaluate(WIDE), seen.name);
  }
  await tab.show(NARROW);
  note(await tab.evaluate(WIDE), `${NARROW.width} pixels`);
  if (isHostile) note(await tab.evaluate(HARM), 'hostile');
  note(tab.errors.splice(0), 'an error of the script');
  return wrong;
}

// Returns what is wrong with the views of a console.
export async function lookedAt(tab, folder, origin, all, { isHostile = false } = {}) {
  await tab.send('Page.addScriptToEvaluateOnNewDocument', { source: NOTED });
  const wrong = [];
  for (const [name, hash] of all) {
    const found = await looked(tab, folder, `${origin}/#${hash}`, { isHostile, isProfile: name === 'profile' });
    wrong.push(...found.map((text) => `${isHostile ? 'hostile ' : ''}${name}: ${text}`));
  }
  return wrong;
}

// Returns the time of the main thread in each second of a view that is live.
export async function work(tab, url) {
  await tab.show(SIZES[0]);
  await tab.open(url);
  await tab.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async () => {
    const { metrics } = await tab.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value;
  };
  const [before, start] = [await read(), Date.now()];
  await pause(MEASURED * 1000);
  const share = ((await read()) - before) / ((Date.now() - start) / 1000);
  await tab.send('Performance.disable');
  return { share, wrong: share < MOST_WORK ? [] : [`${url}: the main thread works ${Math.round(share * 1000)} ms each second`] };
}
