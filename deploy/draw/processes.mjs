// Programs that are started, and waits with deadlines.

import { spawn } from 'node:child_process';

// Longer than any start takes on a busy machine, in milliseconds.
const START = 60_000;

const children = [];

// Starts a program. Returns what the patterns find in its output, such as the addresses that it serves on.
export function started(command, args, patterns) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return new Promise((resolve, reject) => {
    let output = '';
    let pending = true;
    const settled = (settle, value) => {
      pending = false;
      clearTimeout(timer);
      settle(value);
    };
    const failed = (reason) =>
      pending && settled(reject, new Error(`${command} ${reason}; it printed:\n${output}`));
    const timer = setTimeout(() => failed(`did not print ${patterns.join(' and ')} within ${START / 1000} s`), START);
    // What comes after the match is read too, as a program waits while its pipe is full.
    const read = (text) => {
      output = pending ? output + text : output;
      const found = patterns.map((pattern) => pending && output.match(pattern)?.[1]);
      if (found.every(Boolean)) settled(resolve, found);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.on('error', (error) => failed(`does not start: ${error.message}`));
    child.on('exit', (code) => failed(`ended with ${code}`));
  });
}

// Ends all programs that were started, and waits for their ends.
export async function stopped() {
  const running = children.filter((child) => child.pid && child.exitCode === null && child.signalCode === null);
  const ends = running.map((child) => new Promise((resolve) => child.once('exit', resolve)));
  running.forEach((child) => child.kill('SIGTERM'));
  const force = setTimeout(() => running.forEach((child) => child.kill('SIGKILL')), 10_000);
  await Promise.all(ends);
  clearTimeout(force);
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => stopped().finally(() => process.exit(1)));
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Calls `attempt` until it returns something other than `undefined`, which is returned.
export async function eventually(what, seconds, attempt) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await attempt();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`waited ${seconds} s until ${what}`);
    await pause(250);
  }
}
