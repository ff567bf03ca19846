import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BIN, ENV, ROOT } from './places.mjs';
import { must } from './run.mjs';
import { SetupError, step } from './say.mjs';
import { exitCode } from './stop.mjs';

/** Installs the npm packages of the lock file, the pinned Node.js among them, unless they are there already. */
export async function ensureNpmPackages() {
  const installed = join(ROOT, 'node_modules/.package-lock.json');
  const isCurrent =
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs;
  if (isCurrent && existsSync(join(BIN, 'node'))) return;
  await step(
    'installing npm packages and the pinned Node.js into node_modules (about 950 MB, a minute or two)',
    () =>
      // Not `npm ci`: it refuses a lock file made where a registry lacks another platform's optional package.
      // Only errors: the npm of an older Node.js warns that packages want the newer one that is on its way.
      must('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: ROOT }),
  );
  if (!existsSync(join(BIN, 'node'))) {
    throw new SetupError(
      `no pinned Node.js for ${process.platform} ${process.arch}: Musubi runs on Linux x64 and arm64`,
    );
  }
}

/**
 * Goes on under the pinned Node.js: runs the same script with it, if this is another one.
 * @returns {Promise<number | undefined>} the exit code when it ran elsewhere
 */
export async function continueUnderPinnedNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 15)) return undefined;
  return exitCode(spawn(join(BIN, 'node'), process.argv.slice(1), { stdio: 'inherit', env: ENV }));
}
