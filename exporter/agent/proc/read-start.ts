import { closeSync, openSync, readSync } from 'node:fs';

/**
 * The first bytes of a file, at most `limit`. The kernel makes a file of `/proc` as it is read and says nothing of
 * its length before; some grow without bound. Throws where it cannot be read.
 */
export function readStart(path: string, limit: number): Buffer {
  const fd = openSync(path, 'r');
  try {
    const bytes = room(limit);
    let length = 0;
    // The kernel gives some files (environ, cgroup) a page at a time.
    for (let more = -1; more !== 0 && length < limit; length += more)
      more = readSync(fd, bytes, length, limit - length, null);
    return Buffer.from(bytes.subarray(0, length));
  } finally {
    closeSync(fd);
  }
}

/** Used again by every read: what is read is copied out of it at its own length. */
let reused = Buffer.alloc(0);

function room(limit: number): Buffer {
  if (reused.length < limit) reused = Buffer.alloc(limit);
  return reused;
}
