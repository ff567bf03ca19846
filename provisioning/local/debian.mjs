import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ENV, STATE } from './places.mjs';
import { must, run } from './run.mjs';
import { SetupError, step } from './say.mjs';

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
 * Installs the Debian packages of those programs that are missing.
 * @param {readonly { program: string, package: string }[]} wanted
 */
export async function ensurePrograms(wanted) {
  const missing = wanted.filter(({ program }) => which(program) === undefined).map((entry) => entry.package);
  if (missing.length === 0) return;
  demandDebian(missing);
  demandRoot(missing, installCommand(missing));
  await installPackages(missing);
}

/**
 * What a person types to install Debian packages.
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

/** Whether this user may install Debian packages here. */
export function mayInstall() {
  return process.getuid?.() === 0 && hasApt();
}

/**
 * The path of a program from a Debian package that is unpacked and not installed: installing `prometheus`
 * would start a service on every interface, which nobody asked for. One that is installed is used.
 * @param {string} program
 * @param {string} packageName
 * @param {readonly string[]} [folders] Where in the package it may be.
 */
export async function ensureUnpacked(program, packageName, folders = ['usr/bin', 'usr/sbin']) {
  const folder = join(STATE, 'tools', packageName);
  const places = folders.map((place) => join(folder, place, program));
  const find = () => places.find((place) => existsSync(place));
  const unpacked = find();
  if (unpacked) return unpacked;
  const installed = which(program);
  if (installed) return installed;
  demandDebian([packageName]);
  await step(`unpacking Debian's ${packageName} into .musubi/tools (no service is installed)`, async () => {
    await mkdir(join(STATE, 'tools'), { recursive: true });
    const scratch = await mkdtemp(join(STATE, 'tools/.unpack-'));
    try {
      // As this user, who needs not be root: the sandbox user of apt may not write here.
      const download = ['-q', '-o', 'APT::Sandbox::User=root', 'download', packageName];
      if ((await run('apt-get', download, { cwd: scratch, silent: true })) !== 0) {
        demandRoot([packageName], 'apt-get update');
        await refreshLists();
        await must('apt-get', download, { cwd: scratch, quiet: true });
      }
      const [file] = (await readdir(scratch)).filter((name) => name.endsWith('.deb'));
      if (!file) throw new SetupError(`apt-get downloaded no ${packageName} package`);
      await must('dpkg-deb', ['-x', join(scratch, file), join(scratch, 'root')]);
      // One that was cut short would be in the way.
      await rm(folder, { recursive: true, force: true });
      await rename(join(scratch, 'root'), folder);
    } finally {
      await rm(scratch, { recursive: true });
    }
  });
  const path = find();
  if (!path) throw new SetupError(`Debian's package ${packageName} holds no ${program}`);
  return path;
}

function refreshLists() {
  return must('apt-get', ['-q', 'update'], { quiet: true });
}

/**
 * Throws, with what is missing, where there are no Debian packages.
 * @param {readonly string[]} packages
 */
function demandDebian(packages) {
  if (!hasApt()) {
    throw new SetupError(
      `missing: ${packages.join(' ')}. This is not Debian: install that with your package manager and start again.`,
    );
  }
}

/**
 * Throws, with what is missing and how to get it, where this user may not.
 * @param {readonly string[]} packages
 * @param {string} command
 */
function demandRoot(packages, command) {
  if (process.getuid?.() === 0) return;
  throw new SetupError(`missing: ${packages.join(' ')}. Run this and start again: sudo ${command}`);
}

function hasApt() {
  try {
    if (spawnSync('apt-get', ['--version']).error) return false;
    return /^ID(?:_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}
