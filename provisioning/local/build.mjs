import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ENV, ROOT } from './places.mjs';
import { must } from './run.mjs';
import { step } from './say.mjs';

/** What is built, from what, and a file that is there once it is. */
const PRODUCTS = [
  {
    workspace: 'exporter',
    sources: ['exporter/src', 'exporter/build.mjs', 'exporter/package.json'],
    product: 'exporter/dist/musubi.js',
  },
  {
    workspace: 'grafana-plugin',
    sources: ['grafana-plugin/src', 'grafana-plugin/standalone', 'grafana-plugin/webpack.config.mjs'],
    product: 'grafana-plugin/dist/module.js',
  },
];

/** Builds what is not built, or is older than its sources. */
export async function ensureBuilt() {
  for (const { workspace, sources, product } of PRODUCTS) {
    const path = join(ROOT, product);
    const newest = Math.max(
      ...['package-lock.json', ...sources].map((source) => newestChange(join(ROOT, source))),
    );
    if (existsSync(path) && statSync(path).mtimeMs > newest) continue;
    await step(`building ${workspace}`, () =>
      must('npm', ['run', '--silent', 'build', '-w', workspace], { cwd: ROOT, env: ENV, quiet: true }),
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
  return Math.max(0, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}
