// The browser that is installed.

import { spawnSync } from 'node:child_process';

const BROWSERS = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

// Returns the command of a browser without a window, or that of `CHROMIUM`.
export function browser() {
  const chosen = process.env.CHROMIUM;
  const found = chosen ?? BROWSERS.find((name) => spawnSync(name, ['--version']).status === 0);
  if (!found) throw new Error(`none of these is installed: ${BROWSERS.join(', ')}`);
  return found;
}
