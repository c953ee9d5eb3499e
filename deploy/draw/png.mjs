// Pictures in the PNG format (PNG specification, third edition): as much as those of Chromium need.

import { deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
// The color types, with the bytes of a pixel: red, green and blue, an index of a palette, and colors with opacity.
const RGB = 2;
const PALETTE = 3;
const RGBA = 6;
const CHANNELS = { [RGB]: 3, [PALETTE]: 1, [RGBA]: 4 };

function chunks(file) {
  if (!file.subarray(0, 8).equals(SIGNATURE)) {
    throw new Error('not a PNG file');
  }
  const found = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    const length = file.readUInt32BE(at);
    found.push([file.toString('latin1', at + 4, at + 8), file.subarray(at + 8, at + 8 + length)]);
  }
  return found;
}

// Returns what a byte was predicted to be, from the bytes to the left, above, and above that.
function predicted(filter, left, above, corner) {
  const near = (value) => Math.abs(left + above - corner - value);
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    default:
      if (near(left) <= near(above) && near(left) <= near(corner)) return left;
      return near(above) <= near(corner) ? above : corner;
  }
}

function unfiltered(bytes, width, height, channels) {
  const line = width * channels;
  const pixels = Buffer.alloc(line * height);
  for (let y = 0; y < height; y++) {
    const filter = bytes[y * (line + 1)];
    for (let x = 0; x < line; x++) {
      const at = y * line + x;
      const left = x < channels ? 0 : pixels[at - channels];
      const above = y === 0 ? 0 : pixels[at - line];
      const corner = x < channels || y === 0 ? 0 : pixels[at - line - channels];
      pixels[at] = bytes[y * (line + 1) + 1 + x] + predicted(filter, left, above, corner);
    }
  }
  return pixels;
}

// Returns a picture: its width and height, and the color of each pixel as 0xRRGGBB. Opacity is ignored, as a
// page covers its background.
export function decode(file) {
  const parts = chunks(file);
  const header = parts.find(([kind]) => kind === 'IHDR')[1];
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, type, , , interlace] = header.subarray(8);
  const channels = CHANNELS[type];
  if (depth !== 8 || interlace !== 0 || !channels) {
    throw new Error(`a PNG file of depth ${depth}, color type ${type} and interlace ${interlace}`);
  }
  const data = parts.filter(([kind]) => kind === 'IDAT').map(([, content]) => content);
  const bytes = unfiltered(inflateSync(Buffer.concat(data)), width, height, channels);
  const entries = parts.find(([kind]) => kind === 'PLTE')?.[1];
  const colors = Uint32Array.from({ length: width * height }, (_, pixel) =>
    type === PALETTE ? entries.readUIntBE(bytes[pixel] * 3, 3) : bytes.readUIntBE(pixel * channels, 3));
  return { width, height, colors };
}

// Returns the largest difference of two colors in red, green or blue.
export function distance(one, other) {
  const difference = (shift) => Math.abs(((one >> shift) & 255) - ((other >> shift) & 255));
  return Math.max(difference(16), difference(8), difference(0));
}

// Returns colors of which each of `colors` has one within `tolerance`, or `undefined` if more than a palette has
// are needed.
function covering(colors, tolerance) {
  const kept = [];
  for (const color of colors) {
    if (kept.some((one) => distance(one, color) <= tolerance)) continue;
    if (kept.length === 256) return undefined;
    kept.push(color);
  }
  return kept;
}

// Returns a palette with the least loss, and for each color of the picture the index of the nearest one. Frequent
// colors stay as they are.
function palette(colors) {
  const counts = new Map();
  colors.forEach((color) => counts.set(color, (counts.get(color) ?? 0) + 1));
  const all = [...counts.keys()].sort((one, other) => counts.get(other) - counts.get(one));
  let kept;
  for (let tolerance = 0; !kept; tolerance += 2) kept = covering(all, tolerance);
  const nearest = (color) =>
    kept.reduce((best, one, index) => (distance(color, one) < distance(color, kept[best]) ? index : best), 0);
  return { kept, index: new Map(all.map((color) => [color, nearest(color)])) };
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) {
    rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  }
  return rest;
});

function chunk(kind, content) {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), content]);
  const check = body.reduce((rest, byte) => TABLE[(rest ^ byte) & 255] ^ (rest >>> 8), 0xffffffff);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(content.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE((check ^ 0xffffffff) >>> 0, framed.length - 4);
  return framed;
}

// Returns a picture as a file with a palette, which is a third as large as Chromium's.
export function encode({ width, height, colors }) {
  const { kept, index } = palette(colors);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, PALETTE, 0, 0, 0], 8);
  const entries = Buffer.alloc(kept.length * 3);
  kept.forEach((color, place) => entries.writeUIntBE(color, place * 3, 3));
  const lines = Buffer.alloc((width + 1) * height);
  colors.forEach((color, pixel) => {
    lines[pixel + Math.floor(pixel / width) + 1] = index.get(color);
  });
  const data = deflateSync(lines, { level: 9, memLevel: 9 });
  const parts = [chunk('IHDR', header), chunk('PLTE', entries), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([SIGNATURE, ...parts]);
}
