// What the check of a drawn panel finds: `node --test deploy/draw/`.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { crossed, problems, shown } from './check.mjs';
import { decode, distance, encode } from './png.mjs';

const GREEN = 0x56a64b;

const row = (name, last) =>
  `<tr class="LegendRow"><td><div style="background: rgb(86, 166, 75); border-radius: 9px;"></div></td>
  <td><button>${name} </button></td><td>${last}</td><td>9 s</td></tr>`;

// Returns a white picture with a green line over `share` of its width.
function pictured(share) {
  const [width, height] = [40, 10];
  const colors = new Uint32Array(width * height).fill(0xffffff);
  colors.fill(GREEN, width * 5, width * 5 + width * share);
  return { width, height, colors };
}

test('panel with the answers of Prometheus has no problems', () => {
  assert.deepEqual(problems(row('p50', '35.7 ms'), pictured(0.9), new Map([['p50', 0.03568]])), []);
});

test('wrong number, missing series and missing line are found', () => {
  const answers = new Map([['p50', 0.0359]]);
  assert.match(problems(row('p50', '35.7 ms'), pictured(0.9), answers)[0], /35.7 ms/);
  assert.match(problems(row('p95', '35.7 ms'), pictured(0.9), answers)[0], /no `p50`/);
  assert.match(problems(row('p50', '35.9 ms'), pictured(0.2), answers)[0], /crosses 20%/);
  assert.match(problems('', pictured(0.9), new Map())[0], /no series/);
});

test('values are read with their units', () => {
  assert.ok(Math.abs(shown('1.50 s').error - 0.005) < 1e-4);
  assert.equal(shown('12 µs').value, 12e-6);
  assert.equal(shown('-3 /s').value, -3);
  assert.throws(() => shown('12 furlongs'), /furlongs/);
});

test('edge of a line is of its color, and its fill, text and other lines are not', () => {
  const share = (color) => crossed({ width: 1, height: 1, colors: Uint32Array.of(color) }, GREEN);
  assert.deepEqual([GREEN, 0xa3cd9a].map(share), [1, 1]);
  assert.deepEqual([0xedefd5, 0xffffff, 0x24292e, 0xe0b400, 0xe02f44].map(share), [0, 0, 0, 0, 0]);
});

test('written picture has the colors of the one that was read', () => {
  const few = pictured(0.5);
  assert.deepEqual(decode(encode(few)), few);
  const [width, height] = [64, 64];
  const colors = Uint32Array.from({ length: width * height }, (_, pixel) => pixel * 0x40302 & 0xffffff);
  const many = decode(encode({ width, height, colors }));
  assert.ok(new Set(many.colors).size <= 256);
  assert.ok(colors.every((color, pixel) => distance(color, many.colors[pixel]) < 32));
  assert.throws(() => decode(Buffer.from('GIF89a..')), /not a PNG/);
});
