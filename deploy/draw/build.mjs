// Builds the script of the page, from page.jsx and the packages.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { sum } from './sum.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
// The folder with the packages and what is built from them. `run` sets it.
export const BUILT = process.env.DRAW_FOLDER;

// Packages for components that no panel has, such as editors and maps, are four fifths of all. package.json
// overrides them, so that they are not fetched, and here each is an empty module.
const nothing = {
  name: 'nothing',
  setup(build) {
    const { overrides } = JSON.parse(readFileSync(join(HERE, 'package.json')));
    const names = Object.keys(overrides);
    build.onResolve({ filter: /^[^./]/ }, ({ path }) => {
      const isOverridden = names.some((name) => path === name || path.startsWith(`${name}/`));
      return isOverridden ? { path, namespace: 'nothing' } : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {};' }));
  },
};

// Returns the path of the script. It is built again if the page or the packages change.
export async function script() {
  const sources = ['page.jsx', 'build.mjs', 'package-lock.json'].map((name) => readFileSync(join(HERE, name)));
  const outfile = join(BUILT, `page-${sum(...sources).slice(0, 16)}.js`);
  if (existsSync(outfile)) return outfile;
  const modules = join(BUILT, 'node_modules');
  const { build } = await import(join(modules, 'esbuild/lib/main.js'));
  const fonts = ['.svg', '.ttf', '.woff', '.woff2'].map((kind) => [kind, 'dataurl']);
  await build({
    entryPoints: [join(HERE, 'page.jsx')],
    outfile,
    bundle: true,
    minify: true,
    format: 'iife',
    logLevel: 'error',
    nodePaths: [modules],
    define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
    loader: Object.fromEntries(fonts),
    plugins: [nothing],
  });
  return outfile;
}
