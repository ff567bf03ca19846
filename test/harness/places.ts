import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The root of the checkout. */
export const ROOT = join(import.meta.dirname, '../..');

/** The Node.js that runs the tests runs what they start. */
export const NODE = process.execPath;

/** The `musubi` command as a person runs it, built. */
export const MUSUBI = join(ROOT, 'exporter/cli/bin/musubi.mjs');

/** Where the programs of unpacked packages are. */
const UNPACKED = ['prometheus/usr/bin', 'nginx/usr/sbin', 'postgresql-15/usr/lib/postgresql/15/bin'];

/** A program of an unpacked or installed Debian package, if there is one. */
export function findTool(program: string): string | undefined {
  const folders = [
    ...UNPACKED.map((folder) => join(ROOT, '.musubi/tools', folder)),
    ...(process.env.PATH ?? '').split(delimiter),
    ...['/usr/sbin', '/sbin'],
  ];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** Likewise. Throws when the set-up has not been run. */
export function toolPath(program: string): string {
  const found = findTool(program);
  if (!found) throw new Error(`${program} is not installed; npm test installs it`);
  return found;
}
