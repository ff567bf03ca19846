import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';

/** The machine of the figures, in one line. */
export function describeMachine(): string {
  const distribution = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux';
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const kernel = release().split('-')[0];
  const parts = [
    `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'})${isVirtual() ? ' of a virtual machine' : ''}`,
    `${gibibytes} GiB of memory`,
    `Linux ${kernel}`,
    distribution,
    `Node.js ${process.versions.node}`,
  ];
  return parts.join(', ');
}

function isVirtual(): boolean {
  return /^flags\s*:.*\bhypervisor\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
}

/** The measured commit, or undefined if it is unknown, as in an unpacked archive. */
export function commitOf(folder: string): string | undefined {
  const { status, stdout } = spawnSync('git', ['rev-parse', '--short=8', 'HEAD'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : undefined;
}
