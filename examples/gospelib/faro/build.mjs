// Makes one script of report.js and its packages: `build.mjs FOLDER`, which has the packages.

import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

const [folder] = argv.slice(2);
const modules = join(folder, 'node_modules');
const { build } = await import(join(modules, 'esbuild/lib/main.js'));
await build({
  entryPoints: [join(dirname(fileURLToPath(import.meta.url)), 'report.js')],
  outfile: join(folder, 'report.js'),
  bundle: true,
  minify: true,
  format: 'iife',
  logLevel: 'error',
  nodePaths: [modules],
});
