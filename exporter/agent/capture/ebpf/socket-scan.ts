import { closeSync, readSync } from 'node:fs';
import type { Libbpf, Link } from '../../native/libbpf.ts';
import { decodeRows, LayoutError, type Row } from './layout.ts';

/** The kernel fills at most eight pages per read (kernel/bpf/bpf_iter.c, bpf_seq_read). */
const BUFFER_BYTES = 32 * 1024;

/** Runs the iterator program over all open files and returns the rows that it writes. */
export function scanSockets(libbpf: Libbpf, iterator: Link): Row[] {
  const fd = libbpf.iterate(iterator);
  try {
    return readRows(fd);
  } finally {
    closeSync(fd);
  }
}

function readRows(fd: number): Row[] {
  const rows: Row[] = [];
  let rest: Buffer = Buffer.alloc(0);
  for (;;) {
    const buffer = Buffer.alloc(BUFFER_BYTES);
    let length: number;
    try {
      length = readSync(fd, buffer);
    } catch (error) {
      // The kernel yields after a million files without a row.
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') continue;
      throw error;
    }
    if (length === 0) break;
    rest = decodeRows(Buffer.concat([rest, buffer.subarray(0, length)]), rows);
  }
  if (rest.length > 0) throw new LayoutError('row truncated at byte', rest.length);
  return rows;
}
