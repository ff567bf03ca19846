/**
 * `npm run check`: installs the npm packages if they are missing, then checks format, lint, imports, types and unit
 * tests. Needs no root, and installs nothing outside this folder. Arguments go to vitest.
 */
import { join } from 'node:path';
import { checkSources } from './checks.mjs';
import { runMain } from './console.mjs';
import { continueUnderPinnedNode, ensureNpmPackages } from './npm-packages.mjs';
import { BIN, ROOT } from './paths.mjs';
import { must } from './run.mjs';

await runMain(async () => {
  await ensureNpmPackages();
  return (await continueUnderPinnedNode()) ?? (await check());
});

async function check() {
  await checkSources();
  await must(join(BIN, 'vitest'), ['run', '--project', 'unit', ...process.argv.slice(2)], { cwd: ROOT });
  return 0;
}
