import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { SetupError } from '../local/console.mjs';
import { dateChangelog } from './changelog.mjs';
import { bumpLock, bumpManifest } from './manifests.mjs';
import { whyNotNext } from './version.mjs';

/**
 * @typedef {object} Release
 * @property {string} root the checkout
 * @property {string} version
 * @property {string} date YYYY-MM-DD
 * @property {string} folder where the artifacts go
 * @property {boolean} dryRun whether to print the steps alone
 * @property {(line: string) => void} log
 * @property {(target: { root: string, version: string, folder: string }) => Promise<void>} build
 */

/**
 * Checks that a release can be made, then writes the versions and the changelog, builds, commits and tags. What is
 * built comes before the commit: when a build fails, there is neither commit nor tag.
 * @param {Release} release
 */
export async function makeRelease({ root, version, date, folder, dryRun, log, build }) {
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const tag = `v${version}`;
  const files = await changedFiles(root, version, date);
  const changes = git('status', '--porcelain');
  if (changes !== '') throw new SetupError(`uncommitted changes:\n${changes}`);
  if (git('tag', '--list', tag) !== '') throw new SetupError(`the tag ${tag} already exists`);

  /** @type {[title: string, action: () => unknown][]} */
  const steps = [
    [`write ${files.map(([path]) => path).join(', ')}`, () => write(root, files)],
    [`build the artifacts into ${relative(root, folder)}`, () => build({ root, version, folder })],
    [
      `commit "Release ${version}"`,
      () => git('commit', '--quiet', '--all', '--message', `Release ${version}`),
    ],
    [`tag ${tag}`, () => git('tag', '--annotate', tag, '--message', `Musubi ${version}`)],
  ];
  for (const [title, action] of steps) {
    log(`${dryRun ? 'would ' : '• '}${title}`);
    if (!dryRun) await action();
  }
  if (!dryRun) log(`Publish it: git push --follow-tags, then upload the files of ${relative(root, folder)}.`);
}

/**
 * @param {string} root
 * @param {string} version
 * @param {string} date
 * @returns {Promise<[path: string, text: string][]>}
 */
async function changedFiles(root, version, date) {
  const read = (/** @type {string} */ path) => readFile(join(root, path), 'utf8');
  const manifest = JSON.parse(await read('package.json'));
  const trouble = whyNotNext(version, manifest.version);
  if (trouble) throw new SetupError(trouble);
  /** @type {Map<string, string>} */
  const workspaces = new Map();
  for (const folder of manifest.workspaces)
    workspaces.set(folder, JSON.parse(await read(`${folder}/package.json`)).name);
  const names = new Set(workspaces.values());

  /** @type {[string, string][]} */
  const files = [];
  for (const folder of ['', ...workspaces.keys()]) {
    const path = join(folder, 'package.json');
    files.push([path, bumpManifest(await read(path), version, names)]);
  }
  files.push(['package-lock.json', bumpLock(await read('package-lock.json'), version, workspaces)]);
  try {
    files.push(['CHANGELOG.md', dateChangelog(await read('CHANGELOG.md'), version, date)]);
  } catch (error) {
    throw new SetupError(/** @type {Error} */ (error).message);
  }
  return files;
}

/**
 * @param {string} root
 * @param {readonly [path: string, text: string][]} files
 */
async function write(root, files) {
  for (const [path, text] of files) await writeFile(join(root, path), text);
}
