// A server in front of a console: each string of its API is hostile.

import { createServer, request } from 'node:http';

const STRINGS = [
  '<script>window.hacked = true</script>',
  '<img src=x onerror="window.hacked = true">',
  '"><svg onload="window.hacked = true">',
  'javascript:window.hacked=true//',
  'a\u0000b\u202ec\u2066d\u200fe\u001b[31m',
  'w'.repeat(5000),
  '</title></textarea></style>--><b>',
];
// The program makes these itself, out of a fixed set or as numbers.
const OWN = ['kind', 'level', 'parent_span_id', 'span_id', 'state', 'status', 'timestamp', 'trace_id', 'unit'];
// Their names are strings of the program too.
const MAPS = ['attributes', 'fields', 'labels'];

export const SHOWN = '<script>window.hacked = true</script>';

// Makes strings hostile, and finds them again in requests.
class Strings {
  known = new Map();

  hostile(text) {
    const made = `${text}${STRINGS[text.length % STRINGS.length]}`;
    this.known.set(made, text);
    return made;
  }

  of(value, name, isMap = false) {
    if (OWN.includes(name)) return value;
    if (typeof value === 'string') return this.hostile(value);
    if (Array.isArray(value)) return value.map((item) => this.of(item, name));
    if (value === null || typeof value !== 'object') return value;
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, item]) =>
      isMap ? [this.hostile(key), this.of(item, '')] : [key, this.of(item, key, MAPS.includes(key) && !Array.isArray(item))]));
  }

  // Returns the path of a request with the strings that the program has.
  asked(url) {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const original = (text) => this.known.get(text) ?? text;
    const path = pathname.split('/').map((part) => encodeURIComponent(original(decodeURIComponent(part)))).join('/');
    const query = [...searchParams].map(([name, value]) => [name, original(value)]);
    return `${path}?${new URLSearchParams(query)}`;
  }
}

// Passes on events, each with hostile strings.
function passEvents(response, answer, strings) {
  let rest = '';
  response.setEncoding('utf8').on('data', (text) => {
    const events = (rest + text).split('\n\n');
    rest = events.pop();
    for (const event of events) {
      const data = event.startsWith('data: ') ? `data: ${JSON.stringify(strings.of(JSON.parse(event.slice(6)), ''))}` : event;
      answer.write(`${data}\n\n`);
    }
  });
}

function pass(response, answer, path, strings) {
  const { 'content-length': _, ...headers } = response.headers;
  answer.writeHead(response.statusCode, headers);
  const isEvents = headers['content-type'] === 'text/event-stream';
  if (isEvents) {
    passEvents(response, answer, strings);
  } else if (!path.startsWith('/api/') || response.statusCode !== 200) {
    response.pipe(answer);
    return;
  }
  const parts = [];
  if (!isEvents) response.on('data', (part) => parts.push(part));
  response.on('end', () => {
    answer.end(isEvents ? undefined : changed(path, JSON.parse(Buffer.concat(parts)), strings));
  });
}

// Returns the body of a response. The page offers two other programs, which do not run.
function changed(path, value, strings) {
  const others = { programs: ['http://127.0.0.1:1', 'http://localhost:2'] };
  return JSON.stringify(path === '/api/v1/programs' ? others : strings.of(value, ''));
}

// Serves the console of `origin` with hostile strings. Returns its origin, its names, and what stops it.
export function hostile(origin) {
  const strings = new Strings();
  const server = createServer((asked, answer) => {
    const path = asked.url.startsWith('/api/') ? strings.asked(asked.url) : asked.url;
    const sending = request(`${origin}${path}`, { method: asked.method }, (response) => pass(response, answer, path.split('?')[0], strings));
    answer.on('close', () => sending.destroy());
    sending.on('error', () => answer.destroy()).end();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({
      origin: `http://127.0.0.1:${server.address().port}`,
      named: (name) => strings.hostile(name),
      stop: () => {
        server.closeAllConnections();
        server.close();
      },
    }));
  });
}
