import { step } from './console.mjs';
import { ROOT } from './paths.mjs';
import { must } from './run.mjs';

/**
 * The checks of the sources, in the order in which they run: `npm run check` and `npm test` run all of them.
 * They need no root, and nothing but the npm packages of the lock file.
 */
const CHECKS = /** @type {const} */ ([
  ['checking format and lint', 'biome', ['check', '--error-on-warnings', '.']],
  ['checking the format of C', 'npm', ['run', '--silent', 'clang-format', '--', '--dry-run', '--Werror']],
  ['checking the words', 'node', ['test/lint/prose/run.ts']],
  ['checking the directions of imports', 'node', ['test/lint/imports/run.ts']],
  ['checking for unused files, exports and dependencies', 'knip', []],
  ['checking types', 'tsc', ['--noEmit', '-p', '.']],
  ['checking types of the panel', 'tsc', ['--noEmit', '-p', 'grafana-plugin']],
]);

/** @param {readonly (readonly [title: string, program: string, args: readonly string[]])[]} [more] */
export async function checkSources(more = []) {
  for (const [title, program, args] of [...CHECKS, ...more])
    await step(title, () => must(program, args, { cwd: ROOT }));
}
