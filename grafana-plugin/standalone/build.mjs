import { cp, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// Builds the page that hosts the panel outside Grafana: all it needs at run time is in dist-standalone/.

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const packageFolder = (/** @type {string} */ name) =>
  dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
const out = here('../dist-standalone');

await rm(out, { recursive: true, force: true });
await mkdir(join(out, 'systemjs'), { recursive: true });

await build({
  entryPoints: { host: here('./src/host.tsx') },
  outdir: out,
  bundle: true,
  // Large optional parts (the code editor) stay out of the first load.
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  jsx: 'automatic',
  legalComments: 'none',
  logLevel: 'warning',
  define: {
    'process.env.NODE_ENV': '"production"',
    'process.env': '{}',
    global: 'globalThis',
    // SystemJS defines AMD's `define` for the panel: universal modules in this bundle must not see it.
    define: 'undefined',
  },
  loader: {
    '.svg': 'dataurl',
    '.png': 'dataurl',
    '.woff': 'dataurl',
    '.woff2': 'dataurl',
    '.ttf': 'dataurl',
  },
});

const systemjs = join(packageFolder('systemjs'), 'dist');
await Promise.all([
  cp(join(systemjs, 'system.min.js'), join(out, 'systemjs/system.min.js')),
  cp(join(systemjs, 'extras/amd.min.js'), join(out, 'systemjs/amd.min.js')),
  cp(join(systemjs, 'extras/named-register.min.js'), join(out, 'systemjs/named-register.min.js')),
  cp(join(packageFolder('@grafana/ui'), 'dist/public/img'), join(out, 'img'), { recursive: true }),
  cp(here('./index.html'), join(out, 'index.html')),
]);
// The package lacks some of the icons that its own components ask for.
await cp(here('./icons'), join(out, 'img/icons/unicons'), { recursive: true, force: false });
