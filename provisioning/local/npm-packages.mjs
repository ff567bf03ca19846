import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, step } from './console.mjs';
import { BIN, ENV, ROOT } from './paths.mjs';
import { must } from './run.mjs';
import { exitCode } from './stop.mjs';

/** Installs the npm packages of the lock file, including the pinned Node.js, unless they are installed already. */
export async function ensureNpmPackages() {
  const installed = join(ROOT, 'node_modules/.package-lock.json');
  const isCurrent =
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs;
  if (isCurrent && existsSync(join(BIN, 'node'))) return;
  await step(
    'installing npm packages and the pinned Node.js into node_modules (about 950 MB, a minute or two)',
    () =>
      // Not `npm ci`: it rejects a lock file that lacks optional packages of other platforms, as some registries do.
      // Errors only: npm of an older Node.js warns that packages require the newer one, which is just being installed.
      must('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: ROOT }),
  );
  if (!existsSync(join(BIN, 'node'))) {
    throw new SetupError(
      `no pinned Node.js for ${process.platform} ${process.arch}: Musubi runs on Linux x64 and arm64`,
    );
  }
}

/**
 * Runs the same script with the pinned Node.js if this Node.js is too old.
 * @returns {Promise<number | undefined>} the exit code, if it was run again
 */
export async function continueUnderPinnedNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 15)) return undefined;
  return exitCode(spawn(join(BIN, 'node'), process.argv.slice(1), { stdio: 'inherit', env: ENV }));
}
