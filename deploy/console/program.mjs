// The programs whose console is looked at, and the URLs of its views.

import { createServer } from 'node:net';
import { join } from 'node:path';

import { eventually, started } from '../draw/processes.mjs';

const FREE = '127.0.0.1:0';
const ARGUMENTS = ['--listen', FREE, '--console', FREE, '--speech', 'embedded', '--speed', '10', '--fail-rate', '0.1'];
const CONSOLE = /the console is at (http:\/\/127\.0\.0\.1:\d+)\//;

export async function get(origin, path) {
  const response = await fetch(`${origin}${path}`);
  if (!response.ok) throw new Error(`${path}: status ${response.status}, ${await response.text()}`);
  return response.json();
}

// Starts the program, and returns the origin of its console.
export async function program(folder) {
  const [origin] = await started(join(folder, 'glyphoxa'), ARGUMENTS, [CONSOLE]);
  return origin;
}

// Returns ports that are free now. Each of two programs has to know that of the other before it starts.
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((server) => new Promise((resolve, reject) => server.on('error', reject).listen(0, '127.0.0.1', resolve))));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

// Starts two programs, of which the page of the first can show the second. Returns their origins and their stages.
export async function pair(folder) {
  const ports = await freePorts(2);
  const origins = ports.map((port) => `http://127.0.0.1:${port}`);
  const child = (name, ...of) => started(join(folder, 'console-child'), [name, ...of], [CONSOLE]);
  await Promise.all([child('proxy', ...ports), child('auth', ...ports.toReversed())]);
  return [{ origin: origins[0], name: 'proxy', stage: 'forward' }, { origin: origins[1], name: 'auth', stage: 'verify' }];
}

// Returns the slowest stage that has an exemplar with a trace, and that exemplar.
async function slowest(origin) {
  const { stages } = await get(origin, '/api/v1/overview');
  const called = stages.filter(({ p99 }) => p99 !== null).sort((one, other) => other.p99 - one.p99);
  for (const stage of called) {
    const { exemplars, columns } = await get(origin, `/api/v1/heatmap?metric=${stage.metric}`);
    const [exemplar] = exemplars;
    const isCounted = columns.some(({ counts }) => counts.some(Boolean));
    if (isCounted && exemplar?.trace_is_kept) return { stage, exemplar };
  }
  return undefined;
}

// Waits until the program has a slow call with its lines, and a second trace of the same stage.
export function ready(origin) {
  return eventually('a stage has an exemplar with a trace and its lines', 60, async () => {
    const found = await slowest(origin);
    if (!found) return undefined;
    const id = found.exemplar.trace_id;
    const { lines } = await get(origin, `/api/v1/logs?trace_id=${id}`);
    const { name } = await get(origin, `/api/v1/traces/${id}`);
    const { traces } = await get(origin, `/api/v1/traces?stage=${encodeURIComponent(name)}`);
    const other = traces.find((trace) => trace.trace_id !== id && trace.name === name);
    return lines.length > 0 && other ? { ...found, lines: lines.length, other: other.trace_id } : undefined;
  });
}

// Returns the views: their names, and what is after `#` in their URLs. `named` changes names of the program.
export function views({ stage, exemplar, other }, named = (name) => name) {
  const query = new URLSearchParams({ stage: named(stage.name) });
  return [
    ['overview', '/'],
    ['metrics', '/metrics'],
    ['metric', `/metrics/${encodeURIComponent(named(stage.metric))}?${query}`],
    ['traces', '/traces?status=error'],
    ['trace', `/traces/${exemplar.trace_id}?span=${exemplar.span_id}`],
    ['compare', `/compare/${exemplar.trace_id}/${other}`],
    ['logs', '/logs?level=warn'],
    ['alerts', '/alerts'],
    ['profile', '/profile?seconds=2'],
  ];
}
