// The five programs: how each is started, and what its clients do.

import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { pause, started } from './processes.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');

// The mean time between two requests of clients, and the length of a wave of load, in milliseconds.
const STEP = 150;
const WAVE = 100_000;

// A port that the system picks, and what a program prints of it.
const FREE = '127.0.0.1:0';
const after = (text) => new RegExp(`${text}(127\\.0\\.0\\.1:\\d+)[\\s"]`);

const get = (path, headers = {}) => ({ path, method: 'GET', headers });
const post = (path, headers = {}, body = '') => ({ path, method: 'POST', headers, body });
const json = (path, headers, body) =>
  post(path, { 'content-type': 'application/json', ...headers }, JSON.stringify(body));

// Each starts a program with `run`, which takes arguments and returns addresses that the program prints. It returns
// the addresses of its metrics, the one that its clients call, and their requests in the order in which they repeat.
// `client` makes a request of a program that takes arguments and ends.
const PROGRAMS = {
  async glyphoxa(run) {
    // Its own speech: programs of the system for it may be installed and not work.
    const speech = ['--speech', 'embedded'];
    const [address] = await run(['--listen', FREE, '--speed', '10', '--fail-rate', '0.05', ...speech], 'listening on http://');
    return { targets: [address], clients: address, requests: [post('/api/v1/npcs/sage_03/speak')] };
  },
  async voxray(run, client) {
    const [address] = await run(['--listen', FREE], 'listening on http://');
    const call = (...args) => client(['call', address, '--say', 'What is 6 * 7?', '--say', 'Roll 2d6.', ...args]);
    const requests = [call(), call('--reconnect'), call('--way', 'websocket'), get('/offer')];
    return { targets: [address], clients: address, requests };
  },
  async ibex(run) {
    const [auth, grpc] = await run(['auth', '--listen', FREE, '--grpc-listen', FREE], '"address":"http://', '"grpc":"');
    const limit = ['--rate-limit', '40', '--rate-window', '30'];
    const [proxy] = await run(['proxy', '--listen', FREE, '--auth-address', grpc, ...limit], '"address":"http://');
    const asks = (token, content) =>
      json('/v1/chat/completions', { authorization: `Bearer ${token}` }, { stream: true, messages: [{ role: 'user', content }] });
    const usage = get('/v1/organizations/0192f0c1-6d3a-7b11-8a7e-3f6f1c9d2a10/usage', { authorization: 'Bearer token-acme' });
    const requests = [
      asks('token-acme', 'What is 6 * 7?'), asks('token-acme', 'Tell me about the gate.'), usage,
      asks('token-umbra', 'Roll 2d6.'), asks('token-acme', 'Who guards the bridge?'), asks('token-of-nobody', 'Hello'),
    ];
    return { targets: [proxy, auth], clients: proxy, requests };
  },
  async xgen(run) {
    const [address, proxy] = await run(['--listen', FREE, '--proxy', FREE], 'listening on http://', 'forwarding on http://');
    const origin = await served();
    const requests = ['/', '/page?token=secret', '/missing', '/slow'].map((path) => get(`http://${origin}${path}`));
    return { targets: [address], clients: proxy, requests };
  },
  async gospelib(run) {
    const [gateway, content, ingest] = await run(
      ['--listen', FREE], 'gateway: http://', 'content: http://', 'ingest: http://');
    const vitals = { type: 'web-vitals', values: { lcp: 120, inp: 16, cls: 0.01, ttfb: 8 } };
    const meta = { app: { name: 'gospelib-web' }, session: { id: 'drawn' }, page: { url: '/' } };
    const requests = [
      get('/passages/gen.1.1'), get('/ask/grace'), get('/search?q=light%20morning'), get('/passages/way.1.4'),
      get('/neighbours/gen.1.4?depth=2'), get('/ask/forgiveness'), get('/passages/not.9.9'),
      json('/collect', {}, { meta, measurements: [vitals] }),
      { ...post('/v1/jobs', {}, readFileSync(join(ROOT, 'examples/gospelib/text.tsv'))), to: ingest },
    ];
    return { targets: [gateway, content, ingest], clients: gateway, requests };
  },
};

// Starts an origin for the requests of a forward proxy, and returns its address.
function served() {
  const server = createServer(({ url, headers }, response) => {
    const status = url.startsWith('/missing') ? 404 : 200;
    response.writeHead(status, { 'content-type': 'text/html' });
    setTimeout(() => response.end(`<a href="http://${headers.host}/missing">a link</a>\n`), url === '/slow' ? 40 : 5);
  });
  server.unref();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${server.address().port}`));
  });
}

// Returns the files that are generated for a program.
export function files(name) {
  const folder = join(ROOT, name === 'glyphoxa' ? 'deploy' : `deploy/systems/${name}`);
  const dashboards = join(folder, 'grafana/dashboards');
  // The panels of others are those of the first one.
  const [dashboard] = readdirSync(dashboards).filter((file) => /^[^-]+\.json$/.test(file));
  return { dashboard: join(dashboards, dashboard), rules: join(folder, 'prometheus/rules.yml') };
}

// Starts a program from the folder `programs`. Returns it with its name and its rules.
export async function start(name, programs) {
  const run = (args, ...texts) => started(join(programs, name), args, texts.map(after));
  const client = (args) => ({ args, program: join(programs, name) });
  return { name, rules: files(name).rules, ...(await PROGRAMS[name](run, client)) };
}

// Runs a program to its end. An error is one that the dashboards show.
function ended({ program, args }) {
  return new Promise((resolve) => execFile(program, args, { timeout: 30_000 }, resolve));
}

// Sends a request, and waits for the end of its response. Some are errors, which the dashboards show.
function sent(address, { body, ...options }) {
  const [host, port] = address.split(':');
  return new Promise((resolve) => {
    const sending = request({ host, port, ...options, timeout: 10_000 }, (response) => {
      response.on('close', resolve).resume();
    });
    sending.on('timeout', () => sending.destroy()).on('error', resolve).end(body);
  });
}

// Sends the requests of the program's clients until `end`, in waves.
export async function traffic({ clients, requests }, end) {
  for (let count = 0; Date.now() < end; count++) {
    const { to = clients, ...next } = requests[count % requests.length];
    await (next.program ? ended(next) : sent(to, next));
    await pause(STEP / (1 + 0.5 * Math.sin((Date.now() / WAVE) * 2 * Math.PI)));
  }
}
