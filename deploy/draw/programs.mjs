// The five programs: how each is started, and what its clients do.

import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { pause, started } from './processes.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');

// The mean time between two steps of clients, in milliseconds, and the length of a wave of load.
const STEP = 150;
const WAVE = 100_000;

const LISTENING = /(?:listening on |"address":")http:\/\/(127\.0\.0\.1:\d+)[\s"]/;

const post = (path, headers = {}) => ({ path, method: 'POST', headers });
const get = (path, headers = {}) => ({ path, method: 'GET', headers });
const bearer = (token) => ({ authorization: `Bearer ${token}` });

// The arguments of each program, and the requests of its clients in the order in which they are repeated.
const PROGRAMS = {
  glyphoxa: {
    args: ['--speed', '10', '--fail-rate', '0.05'],
    requests: [post('/api/v1/npcs/sage_03/speak')],
  },
  voxray: { args: [], requests: [post('/offer'), post('/offer'), post('/offer'), get('/offer')] },
  ibex: {
    args: [],
    requests: [
      post('/v1/chat/completions', bearer('token-acme')),
      get('/v1/organizations/0192f0c1-6d3a-7b11-8a7e-3f6f1c9d2a10/usage', bearer('token-acme')),
      post('/v1/chat/completions', bearer('token-umbra')),
      post('/v1/chat/completions', bearer('token-of-nobody')),
    ],
  },
  xgen: { args: [], requests: [] },
  gospelib: {
    args: [],
    requests: ['passages/gen.1.1', 'ask/grace', 'passages/ps.23.1', 'passages/jn.1.1', 'ask/forgiveness', 'passages/not.9.9']
      .map((path) => get(`/${path}`)),
  },
};

export const NAMES = Object.keys(PROGRAMS);

// Returns the files that are generated for a program.
export function files(name) {
  const folder = join(ROOT, name === 'glyphoxa' ? 'deploy' : `deploy/systems/${name}`);
  const dashboards = join(folder, 'grafana/dashboards');
  const [dashboard] = readdirSync(dashboards).filter((file) => file.endsWith('.json'));
  return { dashboard: join(dashboards, dashboard), rules: join(folder, 'prometheus/rules.yml') };
}

// Starts a program from the folder `programs`. Returns its name, its addresses and its rules.
export async function start(name, programs) {
  const args = ['--listen', '127.0.0.1:0', ...PROGRAMS[name].args];
  const address = await started(join(programs, name), args, LISTENING);
  return { name, targets: [address], rules: files(name).rules };
}

async function sent(address, { path, ...options }) {
  // Some answers are errors, which the dashboards show.
  const response = await fetch(`http://${address}${path}`, { ...options, signal: AbortSignal.timeout(10_000) });
  await response.arrayBuffer();
}

// Sends the requests of the program's clients until `end`, in waves.
export async function traffic({ name, targets }, end) {
  const { requests } = PROGRAMS[name];
  for (let count = 0; requests.length > 0 && Date.now() < end; count++) {
    await sent(targets[0], requests[count % requests.length]).catch(() => {});
    await pause(STEP / (1 + 0.5 * Math.sin((Date.now() / WAVE) * 2 * Math.PI)));
  }
}
