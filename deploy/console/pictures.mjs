// Pictures of each view, in each size and color.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { SCHEMES, SIZES } from './checks.mjs';

const QUALITY = 60;
// The tallest part of a view that is shown, in pixels.
const TALLEST = { desktop: 900, phone: 1000 };

// Shows the heights of pages without what is below.
export async function pictures(tab, origin, all, folder) {
  mkdirSync(folder, { recursive: true });
  let bytes = 0;
  for (const [view, hash] of all) {
    for (const size of SIZES) {
      for (const scheme of SCHEMES) {
        await tab.show({ ...size, scheme });
        await tab.open(`${origin}/#${hash}`);
        const height = Math.min(TALLEST[size.name], await tab.evaluate('document.documentElement.scrollHeight'));
        const clip = { x: 0, y: 0, width: size.width, height, scale: 1 };
        const { data } = await tab.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY, clip, captureBeyondViewport: true });
        const picture = Buffer.from(data, 'base64');
        writeFileSync(join(folder, `${view}-${size.name}-${scheme}.webp`), picture);
        bytes += picture.length;
      }
    }
  }
  return bytes;
}
