import { closeSync, openSync, readSync } from 'node:fs';

/**
 * The first bytes of a file, at most `limit`. The kernel generates a file of `/proc` as it is read and does not report
 * its length; some have no limit. Throws if it cannot be read.
 */
export function readStart(path: string, limit: number): Buffer {
  const fd = openSync(path, 'r');
  try {
    const bytes = bufferOf(limit);
    let length = 0;
    // The kernel returns some files (environ, cgroup) page by page.
    for (let more = -1; more !== 0 && length < limit; length += more)
      more = readSync(fd, bytes, length, limit - length, null);
    return Buffer.from(bytes.subarray(0, length));
  } finally {
    closeSync(fd);
  }
}

/** Shared by all reads, which copy their result out of it. */
let shared = Buffer.alloc(0);

function bufferOf(limit: number): Buffer {
  if (shared.length < limit) shared = Buffer.alloc(limit);
  return shared;
}
