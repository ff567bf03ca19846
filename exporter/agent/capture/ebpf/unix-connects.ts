import type { Libbpf } from '../../native/libbpf.ts';
import { UNIX_CONNECT_KEY } from './kernel-structs.ts';
import { decodeUnixConnectCount, UNIX_COUNT_BYTES, type UnixConnectCount } from './layout.ts';
import { TableReader } from './table-reader.ts';

/** Above this many entries, unchanged ones are removed at once: a host may start many processes. */
const CROWDED = 16_384;
/** An entry that has not changed for this long is removed, in ms. */
const IDLE = 60_000;

/** Reads the connection attempts to Unix sockets, and removes those that have not changed for a while. */
export function createUnixConnectReader(libbpf: Libbpf, map: number): () => UnixConnectCount[] {
  const table = new TableReader(libbpf, map, UNIX_CONNECT_KEY.sizeof, UNIX_COUNT_BYTES);
  /** The counts as last read, and the time of their last change in ms. */
  let known = new Map<string, { value: Buffer; since: number }>();

  return () => {
    const counts: UnixConnectCount[] = [];
    const now = performance.now();
    const before = known;
    const maxIdle = before.size > CROWDED ? 0 : IDLE;
    known = new Map();
    table.each((key, value) => {
      const name = key.toString('latin1');
      const last = before.get(name);
      const since = last?.value.equals(value) ? last.since : now;
      const isTaken = now - since > maxIdle && libbpf.take(map, key, value);
      // Unless it was used again before it was removed, there is nothing new to report.
      if (isTaken && last?.value.equals(value)) return;
      if (!isTaken) known.set(name, { value: Buffer.from(value), since });
      counts.push(decodeUnixConnectCount(key, value));
    });
    return counts;
  };
}
