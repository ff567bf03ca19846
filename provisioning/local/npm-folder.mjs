import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { step } from './console.mjs';
import { ROOT, STATE } from './paths.mjs';
import { must } from './run.mjs';

/** Folder of npm packages that only tests need and that conflict with those of the root lock file. */
export const npmFolder = (/** @type {string} */ name) => join(STATE, 'tools', name);

/**
 * Installs the packages of `provisioning/npm/<name>` from its own lock file, unless they are installed already.
 * @param {string} name
 */
export async function ensureNpmFolder(name) {
  const source = join(ROOT, 'provisioning/npm', name);
  const folder = npmFolder(name);
  // Written when all packages are installed.
  const stamp = join(folder, 'installed.json');
  const wanted = await readFile(join(source, 'package-lock.json'), 'utf8');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return;
  await step(`installing the npm packages of provisioning/npm/${name} into .musubi/tools`, async () => {
    await rm(stamp, { force: true });
    await mkdir(folder, { recursive: true });
    for (const file of ['package.json', 'package-lock.json'])
      await cp(join(source, file), join(folder, file));
    // None of the packages needs its install script.
    const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await must('npm', ['ci', ...quietly], { cwd: folder });
    await cp(join(source, 'package-lock.json'), stamp);
  });
}
