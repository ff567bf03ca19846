import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The root of the checkout. */
export const ROOT = join(import.meta.dirname, '../..');

/** The Node.js of the tests also runs the programs they start. */
export const NODE = process.execPath;

/** The built `musubi` command, as users run it. */
export const MUSUBI = join(ROOT, 'exporter/cli/bin/musubi.mjs');

/** Folders of the programs in unpacked packages. */
const UNPACKED = ['prometheus/usr/bin', 'nginx/usr/sbin', 'postgresql-15/usr/lib/postgresql/15/bin'];

/** A program of an unpacked or installed Debian package, if it exists. */
export function findTool(program: string): string | undefined {
  const folders = [
    ...UNPACKED.map((folder) => join(ROOT, '.musubi/tools', folder)),
    ...(process.env.PATH ?? '').split(delimiter),
    ...['/usr/sbin', '/sbin'],
  ];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** The same. Throws if the set-up has not been run. */
export function toolPath(program: string): string {
  const found = findTool(program);
  if (!found) throw new Error(`${program} is not installed; npm test installs it`);
  return found;
}
