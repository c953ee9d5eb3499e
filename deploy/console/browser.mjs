// A browser without a window, over Chromium's DevTools protocol.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { browser } from '../draw/chromium.mjs';
import { eventually } from '../draw/processes.mjs';

const ARGUMENTS = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--remote-debugging-pipe', '--lang=en-US',
  '--no-first-run', '--disable-extensions', '--disable-background-networking'];
// The longest that a command takes on a busy machine, in milliseconds.
const COMMAND = 120_000;

// Starts a browser, with further arguments. Messages are JSON that ends with NUL, on the descriptors 3 and 4.
export function launched(further = []) {
  const profile = mkdtempSync(join(tmpdir(), 'console-'));
  const child = spawn(browser(), [...ARGUMENTS, ...further, `--user-data-dir=${profile}`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, TZ: 'UTC' },
  });
  const [waiting, listeners] = [new Map(), []];
  let [next, rest] = [0, ''];
  const receive = (message) => {
    const { id, error, result } = message;
    const { resolve, reject, method } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error) reject?.(new Error(`${method}: ${error.message}`));
    else if (id) resolve?.(result);
    else listeners.forEach((listener) => listener(message));
  };
  child.stdio[4].setEncoding('utf8').on('data', (text) => {
    const messages = (rest + text).split('\0');
    rest = messages.pop();
    messages.forEach((message) => receive(JSON.parse(message)));
  });
  child.stdio[3].on('error', () => {});
  const failed = (reason) => waiting.forEach(({ reject }) => reject(new Error(`the browser ${reason}`)));
  child.on('error', ({ message }) => failed(`does not start: ${message}`));
  child.on('exit', (code) => failed(`ended with ${code}`));
  const send = (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      const id = ++next;
      const timer = setTimeout(() => reject(new Error(`${method} took more than ${COMMAND / 1000} s`)), COMMAND);
      const settled = (settle) => (value) => {
        clearTimeout(timer);
        settle(value);
      };
      waiting.set(id, { method, resolve: settled(resolve), reject: settled(reject) });
      child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  // The command is a script: a signal would end it, and not the browser. Without its pipes, the browser ends too.
  const close = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
    if (child.exitCode === null && child.signalCode === null) {
      await Promise.race([send('Browser.close').catch(() => {}), ended]);
      [3, 4].forEach((pipe) => child.stdio[pipe].destroy());
      await ended;
    }
    clearTimeout(force);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { send, close, listen: (listener) => listeners.push(listener) };
}

// Opens a tab. Its errors are collected in `errors`.
export async function opened(running) {
  const { targetId } = await running.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await running.send('Target.attachToTarget', { targetId, flatten: true });
  const send = (method, params) => running.send(method, params, sessionId);
  const errors = [];
  running.listen(({ method, params, sessionId: of }) => {
    if (of !== sessionId) return;
    if (method === 'Runtime.exceptionThrown') errors.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    if (method === 'Page.javascriptDialogOpening') errors.push(`a dialog: ${params.message}`);
  });
  for (const domain of ['Page', 'Runtime']) await send(`${domain}.enable`);
  // Several tabs have the focus at a time.
  await send('Emulation.setFocusEmulationEnabled', { enabled: true });
  return new Tab(send, errors);
}

class Tab {
  constructor(send, errors) {
    this.send = send;
    this.errors = errors;
  }

  // Evaluates an expression of the page, and returns its value.
  async evaluate(expression) {
    const asked = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', asked);
    if (exceptionDetails) throw new Error(`${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return result.value;
  }

  async until(what, expression, seconds = 20) {
    return eventually(`${what} at ${await this.evaluate('location.href')}`, seconds, async () => (await this.evaluate(expression)) || undefined);
  }

  // Opens a URL, and waits until the view is drawn.
  async open(url) {
    await this.send('Page.navigate', { url: 'about:blank' });
    await this.send('Page.navigate', { url });
    await this.drawn();
  }

  drawn() {
    return this.until('the view is drawn', "document.readyState === 'complete' && /^(Live|Loaded|Ready|Failed)$/.test(document.getElementById('state')?.textContent)");
  }

  // Sets the size of the window, and the colors.
  async show({ width, height, scheme = 'light', isPhone = false }) {
    await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: isPhone });
    await this.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  }

  // Clicks an element, which nothing may cover.
  async click(selector) {
    const place = await this.evaluate(`(() => {
      const found = document.querySelector(${JSON.stringify(selector)});
      if (!found) return 'is missing';
      found.scrollIntoView({ block: 'center' });
      const { x, y, width, height } = found.getBoundingClientRect();
      const at = { x: x + width / 2, y: y + height / 2 };
      return found.contains(document.elementFromPoint(at.x, at.y)) ? at : 'is covered';
    })()`);
    if (typeof place === 'string') throw new Error(`${selector} ${place}`);
    for (const type of ['mousePressed', 'mouseReleased']) {
      await this.send('Input.dispatchMouseEvent', { type, ...place, button: 'left', clickCount: 1 });
    }
  }

  async press(key) {
    const { code, text } = { Tab: { code: 9 }, Enter: { code: 13, text: '\r' } }[key];
    const pressed = { key, code: key, windowsVirtualKeyCode: code };
    await this.send('Input.dispatchKeyEvent', { type: text ? 'keyDown' : 'rawKeyDown', text, ...pressed });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...pressed });
  }
}
