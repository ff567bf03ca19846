import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findBpfCompiler } from '../../exporter/agent/compile-bpf.mjs';
import { step } from './console.mjs';
import { ROOT } from './paths.mjs';
import { must } from './run.mjs';

/**
 * Build products with their sources. `product` is the file that a build writes last, so that an interrupted build is repeated.
 * `lacks` returns whether the build omitted something that could be built now.
 */
const PRODUCTS = [
  {
    workspace: 'exporter/cli',
    sources: ['exporter/contract', 'exporter/agent', 'exporter/cli'],
    product: 'exporter/cli/dist/musubi.js',
    lacks: () => !existsSync(join(ROOT, 'exporter/cli/dist/musubi.bpf.o')) && 'clang' in findBpfCompiler(),
  },
  {
    workspace: 'grafana-plugin',
    sources: [
      'exporter/contract',
      'grafana-plugin/src',
      'grafana-plugin/standalone',
      'grafana-plugin/webpack.config.mjs',
    ],
    product: 'grafana-plugin/dist-standalone/index.html',
    lacks: () => false,
  },
];

/** Builds products that are missing or older than their sources. */
export async function ensureBuilt() {
  for (const { workspace, sources, product, lacks } of PRODUCTS) {
    const path = join(ROOT, product);
    const newest = Math.max(
      ...['package-lock.json', ...sources].map((source) => newestChange(join(ROOT, source))),
    );
    if (existsSync(path) && statSync(path).mtimeMs > newest && !lacks()) continue;
    await step(`building ${workspace}`, () =>
      must('npm', ['run', '--silent', 'build', '-w', workspace], { cwd: ROOT, quiet: true }),
    );
  }
}

/**
 * Modification time of a file, or of the newest file in a folder, in ms since 1970.
 * @param {string} path
 * @returns {number}
 */
function newestChange(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const sources = readdirSync(path).filter((name) => name !== 'dist' && name !== 'node_modules');
  return Math.max(0, ...sources.map((name) => newestChange(join(path, name))));
}
