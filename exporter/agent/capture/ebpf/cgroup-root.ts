import { readFileSync, statSync } from 'node:fs';

/** The root of the whole hierarchy is the only one with this inode (fs/kernfs/dir.c, kernfs_create_root). */
const ROOT_INODE = 1;

/** The mount point of the root of the cgroup2 hierarchy. Throws if it is not visible. */
export function findCgroupRoot(procRoot: string): string {
  const points = parseCgroup2Mounts(readFileSync(`${procRoot}/self/mountinfo`, 'utf8'));
  const root = points.find((point) => statSync(point, { throwIfNoEntry: false })?.ino === ROOT_INODE);
  if (root !== undefined) return root;
  throw new Error(
    points.length === 0 ? 'cgroup2 is not mounted' : 'only part of the cgroup2 hierarchy is visible',
  );
}

/** `/proc/self/mountinfo` (proc(5)): the mount point is the fifth field, the type the first after the hyphen. */
export function parseCgroup2Mounts(mountinfo: string): string[] {
  return mountinfo
    .split('\n')
    .filter((line) => line.includes(' - cgroup2 '))
    .map((line) => (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal) => characterOf(octal)));
}

function characterOf(octal: string): string {
  return String.fromCharCode(Number.parseInt(octal, 8));
}
