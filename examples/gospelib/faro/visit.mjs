// Visits the page in a browser: `visit.mjs URL [quiet]`. Prints the requests of the page as a line of JSON, those to the
// collector among them, with headers, bodies and the status of each response; with `quiet` after a time in which it
// would have reported. Then the first line of the input has the page left, and the end of the input ends the browser.

import process, { argv } from 'node:process';
import { createInterface } from 'node:readline';

import { launched, opened } from '../../../deploy/console/browser.mjs';
import { eventually, pause } from '../../../deploy/draw/processes.mjs';

const MOST_BYTES = 1 << 20;
// Longer than a reporter collects signals before it sends them, in milliseconds.
const QUIET = 4_000;

// Collects the requests of a tab.
function observed(browser) {
  const requests = new Map();
  browser.listen(({ method, params }) => {
    if (method === 'Network.requestWillBeSent') {
      const { url, method: verb, headers, postData } = params.request;
      requests.set(params.requestId, { url, method: verb, headers, body: postData });
    } else if (method === 'Network.responseReceived' && requests.has(params.requestId)) {
      requests.get(params.requestId).status = params.response.status;
    }
  });
  return requests;
}

// Does what a visitor does: reads, searches, opens a verse, and meets an error.
async function visit(tab, url) {
  await tab.send('Page.navigate', { url });
  await tab.until('a passage is shown', "Boolean(document.querySelector('#passage p'))");
  const session = await tab.evaluate("document.getElementById('session').textContent");
  await tab.evaluate("document.getElementById('words').value = 'light'");
  await tab.click('#search button');
  await tab.until('verses are found', "/light/i.test(document.querySelector('#found li')?.textContent)");
  const name = await tab.evaluate("document.querySelector('#found a').textContent");
  await tab.click('#found a');
  await tab.until('the verse is shown', `document.querySelector('#passage small').textContent === ${JSON.stringify(name)}`);
  await tab.click('#break');
  await tab.evaluate("console.warn('the console has a warning')");
  await tab.evaluate("document.getElementById('words').value = 'x'.repeat(201)");
  await tab.evaluate("document.getElementById('words').removeAttribute('maxlength')");
  await tab.click('#search button');
  await tab.until('the rejected search is shown', "document.getElementById('said').textContent.includes('414')");
  return session;
}

const KINDS = ['logs', 'exceptions', 'events', 'measurements', 'traces'];

// Waits until each kind of signal was posted and each post has a response.
function reported(requests) {
  const posts = () => [...requests.values()].filter(({ method }) => method === 'POST');
  const has = (kind) => posts().some(({ body }) => body?.includes(`"${kind}":[{`) || body?.includes(`"${kind}":{`));
  const isDone = () => KINDS.every(has) && posts().every(({ status }) => status);
  return eventually('each kind of signal is posted', 60, () => isDone() || undefined);
}

const [url, isQuiet] = argv.slice(2);
const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const browser = launched();
try {
  const tab = await opened(browser);
  const requests = observed(browser);
  await tab.send('Network.enable', { maxPostDataSize: MOST_BYTES });
  const session = await visit(tab, url);
  await (isQuiet ? pause(QUIET) : reported(requests));
  console.log(JSON.stringify({ session, requests: [...requests.values()], errors: tab.errors }));
  await input.next();
  // Some vitals are those of a whole visit. The page posts them when it is left, which no tool shows. The requests
  // outlive their page, and not the browser.
  await tab.send('Page.navigate', { url: 'about:blank' });
  await input.next();
} finally {
  await browser.close();
}
