import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { must } from '../local/run.mjs';
import { makeZip } from './zip.mjs';

/** The workspace with the command and its bundle, and the one with the panel. */
const COMMAND = 'exporter/cli';
const AGENT = 'exporter/agent';
const PANEL = 'grafana-plugin';
const PANEL_ID = 'musubi-dependencies-panel';

/** What the bundle does not contain: koffi finds its native module beside itself. */
const UNBUNDLED = ['koffi'];

/** @typedef {{ root: string, version: string, folder: string }} Target */

/**
 * Builds everything and writes the release's files into `folder`.
 * @param {Target} target
 */
export async function buildArtifacts(target) {
  const { root, folder } = target;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await must('npm', ['run', 'build'], { cwd: root });
  await packCommand(target);
  await zipPanel(target);
  await writeChecksums(folder);
}

/**
 * `musubi-X.Y.Z.tgz`, which `npm install --global` installs: the bundle, and as its only dependency what is not in it.
 * @param {Target} target
 */
async function packCommand({ root, version, folder }) {
  const manifest = JSON.parse(await readFile(join(root, COMMAND, 'package.json'), 'utf8'));
  const { description, license, engines, bin } = manifest;
  const agent = JSON.parse(await readFile(join(root, AGENT, 'package.json'), 'utf8'));
  const dependencies = Object.fromEntries(UNBUNDLED.map((name) => [name, agent.dependencies[name]]));
  const stage = join(folder, 'stage');
  await mkdir(stage);
  await cp(join(root, COMMAND, 'bin'), join(stage, 'bin'), { recursive: true });
  await cp(join(root, COMMAND, 'dist'), join(stage, 'dist'), { recursive: true });
  await cp(join(root, 'LICENSE'), join(stage, 'LICENSE'));
  const published = { name: 'musubi', version, description, license, type: 'module', os: ['linux'], engines };
  await writeFile(
    join(stage, 'package.json'),
    `${JSON.stringify({ ...published, bin, dependencies }, null, 2)}\n`,
  );
  await must('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: stage, quiet: true });
  await rm(stage, { recursive: true });
}

/**
 * `musubi-dependencies-panel-X.Y.Z.zip`, to be unpacked into Grafana's plugin folder.
 * @param {Target} target
 */
async function zipPanel({ root, version, folder }) {
  const dist = join(root, PANEL, 'dist');
  const entries = await readdir(dist, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths.map(async (path) => ({
      name: `${PANEL_ID}/${relative(dist, path)}`,
      data: await readFile(path),
    })),
  );
  await writeFile(join(folder, `${PANEL_ID}-${version}.zip`), makeZip(files));
}

/**
 * `SHA256SUMS`, which `sha256sum --check` reads.
 * @param {string} folder
 */
export async function writeChecksums(folder) {
  const names = (await readdir(folder)).filter((name) => name !== 'SHA256SUMS').sort();
  const lines = await Promise.all(
    names.map(async (name) => {
      const hash = createHash('sha256').update(await readFile(join(folder, name)));
      return `${hash.digest('hex')}  ${name}\n`;
    }),
  );
  await writeFile(join(folder, 'SHA256SUMS'), lines.join(''));
}
