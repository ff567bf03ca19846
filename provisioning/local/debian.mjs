import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { SetupError, step } from './console.mjs';
import { ENV, STATE } from './paths.mjs';
import { must, run } from './run.mjs';

const NONINTERACTIVE = { ...ENV, DEBIAN_FRONTEND: 'noninteractive' };

/**
 * The path of a program, or undefined.
 * @param {string} name
 */
export function which(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .concat('/usr/sbin', '/sbin')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * Installs the Debian packages of missing programs.
 * @param {readonly { program: string, package: string }[]} wanted
 */
export async function ensurePrograms(wanted) {
  const missing = wanted.filter(({ program }) => which(program) === undefined).map((entry) => entry.package);
  if (missing.length === 0) return;
  requireDebian(missing);
  requireRoot(missing, installCommand(missing));
  await installPackages(missing);
}

/**
 * The command that installs Debian packages.
 * @param {readonly string[]} packages
 */
export function installCommand(packages) {
  return `apt-get install --no-install-recommends ${packages.join(' ')}`;
}

/** @param {readonly string[]} packages */
export async function installPackages(packages) {
  await step(`installing Debian packages: ${packages.join(' ')}`, async () => {
    const install = ['install', '-y', '--no-install-recommends', ...packages];
    if ((await run('apt-get', ['-qq', ...install, '--print-uris'], { silent: true })) !== 0)
      await refreshLists();
    await must('apt-get', ['-q', ...install], { quiet: true, env: NONINTERACTIVE });
  });
}

/** Whether this user can install Debian packages on this machine. */
export function canInstall() {
  return process.getuid?.() === 0 && hasApt();
}

/**
 * The path of a program from a Debian package that is only unpacked: installing `prometheus` would start a service on
 * every interface. If the package is installed already, that program is used.
 * @param {string} program
 * @param {string} packageName
 * @param {readonly string[]} [folders] candidate folders within the package
 */
export async function ensureUnpacked(program, packageName, folders = ['usr/bin', 'usr/sbin']) {
  const folder = join(STATE, 'tools', packageName);
  const candidates = folders.map((path) => join(folder, path, program));
  const find = () => candidates.find((path) => existsSync(path));
  const unpacked = find();
  if (unpacked) return unpacked;
  const installed = which(program);
  if (installed) return installed;
  requireDebian([packageName]);
  await step(`unpacking Debian's ${packageName} into .musubi/tools (no service is installed)`, async () => {
    await mkdir(join(STATE, 'tools'), { recursive: true });
    const scratch = await mkdtemp(join(STATE, 'tools/.unpack-'));
    try {
      // As this user, without root: apt's sandbox user cannot write here.
      const download = ['-q', '-o', 'APT::Sandbox::User=root', 'download', packageName];
      if ((await run('apt-get', download, { cwd: scratch, silent: true })) !== 0) {
        requireRoot([packageName], 'apt-get update');
        await refreshLists();
        await must('apt-get', download, { cwd: scratch, quiet: true });
      }
      const [file] = (await readdir(scratch)).filter((name) => name.endsWith('.deb'));
      if (!file) throw new SetupError(`apt-get downloaded no ${packageName} package`);
      await must('dpkg-deb', ['-x', join(scratch, file), join(scratch, 'root')]);
      // Left over from an interrupted run.
      await rm(folder, { recursive: true, force: true });
      await rename(join(scratch, 'root'), folder);
    } finally {
      await rm(scratch, { recursive: true });
    }
  });
  const path = find();
  if (!path) throw new SetupError(`Debian's package ${packageName} does not contain ${program}`);
  return path;
}

function refreshLists() {
  return must('apt-get', ['-q', 'update'], { quiet: true });
}

/**
 * Throws an error with the missing packages unless this is Debian.
 * @param {readonly string[]} packages
 */
function requireDebian(packages) {
  if (!hasApt()) {
    throw new SetupError(
      `missing: ${packages.join(' ')}. This is not Debian: install them with your package manager, then run the command again.`,
    );
  }
}

/**
 * Throws an error with the missing packages and the command to run unless this user is root.
 * @param {readonly string[]} packages
 * @param {string} command
 */
function requireRoot(packages, command) {
  if (process.getuid?.() === 0) return;
  throw new SetupError(`missing: ${packages.join(' ')}. Run this first: sudo ${command}`);
}

function hasApt() {
  try {
    if (spawnSync('apt-get', ['--version']).error) return false;
    return /^ID(?:_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}
