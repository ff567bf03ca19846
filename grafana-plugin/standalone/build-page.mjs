import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const SOURCES = here('./src');

/**
 * Builds the page that hosts the panel outside Grafana: `out` contains everything it needs at run time.
 *
 * @param {{ out: string, libraries: string }} options `libraries` is the folder whose `node_modules`, or whose
 *   parents', hold Grafana's libraries and React, in the versions of the Grafana that the page simulates
 */
export async function buildPage({ out, libraries }) {
  const require = createRequire(join(libraries, 'package.json'));
  const packageFolder = (/** @type {string} */ name) => dirname(require.resolve(`${name}/package.json`));
  const systemjs = join(dirname(createRequire(import.meta.url).resolve('systemjs/package.json')), 'dist');
  const { version } = JSON.parse(
    await readFile(join(packageFolder('@grafana/data'), 'package.json'), 'utf8'),
  );

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
    plugins: [librariesFrom(libraries)],
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

  const page = await readFile(here('./index.html'), 'utf8');
  await Promise.all([
    cp(join(systemjs, 'system.min.js'), join(out, 'systemjs/system.min.js')),
    cp(join(systemjs, 'extras/amd.min.js'), join(out, 'systemjs/amd.min.js')),
    cp(join(systemjs, 'extras/named-register.min.js'), join(out, 'systemjs/named-register.min.js')),
    cp(join(packageFolder('@grafana/ui'), 'dist/public/img'), join(out, 'img'), { recursive: true }),
    writeFile(join(out, 'index.html'), page.replaceAll('$GRAFANA_VERSION', version)),
  ]);
  // The package lacks some of the icons that its own components load.
  await cp(here('./icons'), join(out, 'img/icons/unicons'), { recursive: true, force: false });
}

/**
 * Resolves the packages that the page's own sources import from a folder; their dependencies are beside them.
 *
 * @param {string} folder
 * @returns {import('esbuild').Plugin}
 */
const librariesFrom = (folder) => ({
  name: 'libraries',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind, importer, pluginData }) => {
      const again = pluginData === folder || !importer.startsWith(SOURCES);
      return again ? undefined : resolve(path, { kind, importer, resolveDir: folder, pluginData: folder });
    });
  },
});
