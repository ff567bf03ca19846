import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCgroupRoot, parseCgroup2Mounts } from './cgroup-root.ts';

const UNIFIED = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate';
const HYBRID = [
  '31 23 0:27 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755',
  '32 31 0:28 / /sys/fs/cgroup/unified rw,nosuid shared:10 - cgroup2 cgroup2 rw,nsdelegate',
  '33 31 0:29 / /sys/fs/cgroup/systemd rw,nosuid shared:11 - cgroup cgroup rw,xattr,name=systemd',
];

describe('the mount points of cgroup2', () => {
  it.each([
    ['a unified host', [UNIFIED], ['/sys/fs/cgroup']],
    ['a hybrid host', HYBRID, ['/sys/fs/cgroup/unified']],
    ['a host with cgroup v1 only', HYBRID.slice(2), []],
    ['several', [UNIFIED, ...HYBRID], ['/sys/fs/cgroup', '/sys/fs/cgroup/unified']],
    [
      'a path with a space, a tab, a newline and a backslash',
      ['30 23 0:26 / /mnt/a\\040b\\011c\\012d\\134e rw - cgroup2 cgroup2 rw'],
      ['/mnt/a b\tc\nd\\e'],
    ],
    ['a path beyond ASCII', ['30 23 0:26 / /mnt/結び rw - cgroup2 cgroup2 rw'], ['/mnt/結び']],
    ['no optional field', ['30 23 0:26 / /cg rw - cgroup2 none rw'], ['/cg']],
    ['several optional fields', ['30 23 0:26 / /cg rw shared:9 master:1 - cgroup2 none rw'], ['/cg']],
    ['a mount of another type with the source cgroup2', ['30 23 0:26 / /mnt rw - tmpfs cgroup2 rw'], []],
    ['nothing mounted', [], []],
  ])('are found: %s', (_title, lines, points) => {
    expect(parseCgroup2Mounts(`${lines.join('\n')}\n`)).toEqual(points);
  });
});

describe('the root of cgroup2', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'musubi-cgroup-'));
    mkdirSync(join(root, 'self'));
  });

  afterEach(() => rmSync(root, { recursive: true }));

  const mount = (...points: string[]) =>
    writeFileSync(
      join(root, 'self/mountinfo'),
      points
        .map((point) => `30 23 0:26 / ${point.replaceAll(' ', '\\040')} rw - cgroup2 cgroup2 rw\n`)
        .join(''),
    );

  it('is the mount point with the inode of the root', () => {
    // The root of every proc file system has the same inode.
    mount(root, '/no/such/folder', '/proc');
    expect(findCgroupRoot(root)).toBe('/proc');
  });

  it('is not visible if only part of the hierarchy is mounted', () => {
    mount(root);
    expect(() => findCgroupRoot(root)).toThrow('only part of the cgroup2 hierarchy is visible');
  });

  it('is reported as not mounted', () => {
    mount();
    expect(() => findCgroupRoot(root)).toThrow('cgroup2 is not mounted');
  });
});
