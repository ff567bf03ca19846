/** `npm run release -- X.Y.Z`: makes a release of the checkout. Nothing is published. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { print, runMain, SetupError } from '../local/console.mjs';
import { ROOT, STATE } from '../local/paths.mjs';
import { buildArtifacts } from './artifacts.mjs';
import { makeRelease } from './make-release.mjs';

const HELP = `Usage: npm run release -- X.Y.Z [--dry-run]

Sets the version in every package.json, dates the changelog, builds the artifacts into
.musubi/release, commits and tags vX.Y.Z. Publishes nothing.

  --dry-run   check that the release can be made, and print the steps
`;

await runMain(async () => {
  const { version, dryRun } = parseOptions();
  if (version === undefined) {
    print(HELP);
    return 0;
  }
  await makeRelease({
    root: ROOT,
    version,
    date: new Date().toISOString().slice(0, 10),
    folder: join(STATE, 'release'),
    dryRun,
    log: print,
    build: buildArtifacts,
  });
  return 0;
});

function parseOptions() {
  try {
    const { values, positionals } = parseArgs({
      options: { 'dry-run': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    if (values.help) return { version: undefined, dryRun: true };
    const [version, ...rest] = positionals;
    if (version === undefined) throw new Error('missing version (expected X.Y.Z)');
    if (rest.length > 0) throw new Error(`unexpected argument ${JSON.stringify(rest[0])}`);
    return { version, dryRun: values['dry-run'] === true };
  } catch (error) {
    throw new SetupError(`${/** @type {Error} */ (error).message}\n\n${HELP}`);
  }
}
