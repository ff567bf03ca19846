import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findBpfCompiler } from '../../exporter/agent/compile-bpf.mjs';
import { ROOT } from './places.mjs';
import { must } from './run.mjs';
import { step } from './say.mjs';

/**
 * What is built, from what, and the file that its build writes last: one that was cut short is done again.
 * `lacks` tells that a build left out what it now could make.
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

/** Builds what is not built, or is older than its sources. */
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
 * When a file, or the youngest file of a folder, was last changed, in ms since 1970.
 * @param {string} path
 * @returns {number}
 */
function newestChange(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const sources = readdirSync(path).filter((name) => name !== 'dist' && name !== 'node_modules');
  return Math.max(0, ...sources.map((name) => newestChange(join(path, name))));
}
