import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT } from '../harness/places.ts';

/** The programs of the benchmarks, and their Debian packages. */
const PACKAGES = {
  bash: 'bash',
  cc: 'gcc libc6-dev',
  conntrack: 'conntrack',
  ip: 'iproute2',
  nft: 'nftables',
  nginx: 'nginx',
  setpriv: 'util-linux',
  ss: 'iproute2',
  unshare: 'util-linux',
  wrk: 'wrk',
} as const;

export type Program = keyof typeof PACKAGES;

/** Debian's nginx starts a server on port 80 when it is installed; unpacked here, it does not. */
const UNPACKED = join(ROOT, '.musubi/tools/nginx/usr/sbin');

/** The path of a program, or undefined. */
function find(program: Program): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', UNPACKED];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

export function programPath(program: Program): string {
  const path = find(program);
  if (path === undefined) throw new Error(`${program} is not installed`);
  return path;
}

/** How to install the missing programs, or undefined. Nothing is installed automatically. */
export function howToInstall(programs: readonly Program[]): string | undefined {
  const missing = programs.filter((program) => find(program) === undefined);
  const packages = new Set(missing.filter((program) => program !== 'nginx').map((name) => PACKAGES[name]));
  const commands: string[] = [];
  if (packages.size > 0) commands.push(`apt-get install --no-install-recommends ${[...packages].join(' ')}`);
  if (missing.includes('nginx'))
    commands.push('apt-get download nginx && dpkg-deb -x nginx_*.deb .musubi/tools/nginx && rm nginx_*.deb');
  if (commands.length === 0) return undefined;
  return `missing: ${missing.join(', ')}. Install them, as root:\n  ${commands.join('\n  ')}`;
}
