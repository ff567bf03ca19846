import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, STATE } from './places.mjs';
import { must } from './run.mjs';
import { step } from './say.mjs';

/** Where npm packages are that only the tests need, and that would not go with those of the lock file. */
export const npmFolder = (/** @type {string} */ name) => join(STATE, 'tools', name);

/**
 * Installs the packages of `provisioning/npm/<name>`, by its own lock file, unless they are there already.
 * @param {string} name
 */
export async function ensureNpmFolder(name) {
  const source = join(ROOT, 'provisioning/npm', name);
  const folder = npmFolder(name);
  // Put beside the packages once they are all there.
  const stamp = join(folder, 'installed.json');
  const wanted = await readFile(join(source, 'package-lock.json'), 'utf8');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return;
  await step(`installing the npm packages of provisioning/npm/${name} into .musubi/tools`, async () => {
    await rm(stamp, { force: true });
    await mkdir(folder, { recursive: true });
    for (const file of ['package.json', 'package-lock.json'])
      await cp(join(source, file), join(folder, file));
    // No package's own script is needed, nor run.
    const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await must('npm', ['ci', ...quietly], { cwd: folder });
    await cp(join(source, 'package-lock.json'), stamp);
  });
}
