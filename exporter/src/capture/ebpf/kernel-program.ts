import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { KernelObject, Libbpf, Link, Position, Special } from '../../native/libbpf.ts';
import type { ProcessFiles } from '../../proc/process.ts';
import {
  decodeHealth,
  decodeProcess,
  decodeRows,
  decodeUnixAsk,
  EDGE_BYTES,
  EDGE_KEY_BYTES,
  encodeControl,
  FOLDS,
  HEALTH_BYTES,
  LayoutError,
  type ListenerRow,
  PROCESS_BYTES,
  UNIX_ASK_BYTES,
  type UnixAsk,
  type UnixRow,
} from './layout.ts';

/** What one walk over all open files met. */
export type Row = ListenerRow | UnixRow;

/** The kernel side at work, as the capture sees it. */
export interface KernelProgram {
  /** Walks over the open files of all processes: brings the records up to date and tells who listens. */
  walk(): Row[];
  /** The number of the last walk. */
  readonly walks: number;
  /** Calls back with each record's key and value: views that are valid during the call alone. */
  eachEdge(visit: (key: Buffer, value: Buffer) => void): void;
  /** Takes a record out: its last value, or undefined when it is gone. */
  takeEdge(key: Buffer): Buffer | undefined;
  /** The records of what found no place, by their places in `FOLDS`. */
  folds(): Buffer[];
  /** Calls of connect(2) to Unix sockets, by process and name; undefined where the kernel does not tell. */
  unixAsks(): UnixAsk[] | undefined;
  processOf(pid: number): ProcessFiles | undefined;
  /** Sums since the program was loaded; `sockets` are those met by all walks. */
  health(): { folded: number; lost: number; sockets: number; missed: number };
  readonly size: number;
  close(): void;
}

const TRACEPOINT = 'musubi_tcp_state';
const WALK = 'musubi_walk';
const CGROUP_PROGRAMS = [
  'musubi_udp_says4',
  'musubi_udp_says6',
  'musubi_udp_hears4',
  'musubi_udp_hears6',
  'musubi_udp_connects4',
  'musubi_udp_connects6',
  'musubi_udp_ends',
];
const UNIX_PROGRAM = 'musubi_unix_asks';
/** BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UNIX_CONNECT (include/uapi/linux/bpf.h); libbpf 1.3 knows it by name. */
const UNIX_CONNECT: Special = { type: 18, attachType: 49 };
/** `max_entries` of `musubi_edges`. */
const SIZE = 65_536;
const BATCH = 2048;
/** The kernel fills eight pages at most in one read (kernel/bpf/bpf_iter.c, bpf_seq_read). */
const WALK_BUFFER = 32 * 1024;
/** No answer to a UDP question takes longer, nor is waited for longer by resolvers (resolv.conf(5)). */
const DOUBT_NS = 5_000_000_000n;

/** The compiled kernel program, beside the bundle or, run from source, in `dist/`. */
export function kernelProgramPath(): string {
  const places = ['./musubi.bpf.o', '../../../dist/musubi.bpf.o'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  return places.find(existsSync) ?? (places[0] as string);
}

/**
 * Loads and attaches the program, then meets all sockets that are there already. In this order: a connection made
 * meanwhile is told by its events, or met by the walk, or both, and counted once. The kernel undoes all of it when
 * this process ends, however it does.
 */
export function loadKernelProgram(libbpf: Libbpf, path: string, cgroupRoot: string): KernelProgram {
  const tellsUnixAsks = isAtLeast(release(), 6, 7);
  const object = libbpf.load(path, { [UNIX_PROGRAM]: tellsUnixAsks ? UNIX_CONNECT : 'omit' });
  const cgroupPrograms = tellsUnixAsks ? [...CGROUP_PROGRAMS, UNIX_PROGRAM] : CGROUP_PROGRAMS;
  const links: Link[] = [];
  const close = () => {
    for (const link of links.splice(0)) link.close();
    object.close();
  };
  try {
    attach(object, links, cgroupRoot, cgroupPrograms);
    return run(libbpf, object, links, tellsUnixAsks, close);
  } catch (error) {
    close();
    throw error;
  }
}

function isAtLeast(kernel: string, major: number, minor: number): boolean {
  const [ours = 0, oursMinor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  return ours > major || (ours === major && oursMinor >= minor);
}

function attach(object: KernelObject, links: Link[], cgroupRoot: string, programs: readonly string[]): void {
  links.push(object.attach(TRACEPOINT));
  const cgroup = openSync(cgroupRoot, 'r');
  try {
    for (const name of programs) links.push(object.attachToCgroup(name, cgroup));
  } finally {
    closeSync(cgroup);
  }
}

function run(
  libbpf: Libbpf,
  object: KernelObject,
  links: Link[],
  tellsUnixAsks: boolean,
  close: () => void,
): KernelProgram {
  const map = {
    edges: object.map('musubi_edges'),
    folds: object.map('musubi_folds'),
    processes: object.map('musubi_procs'),
    control: object.map('musubi_control'),
    health: object.map('musubi_health'),
    unix: object.map('musubi_unix'),
  };
  const tracepoint = object.program(TRACEPOINT);
  const first = Buffer.alloc(4);
  let walks = 0;
  let sureAfter = 0n;

  const iterator = object.attachIterator(WALK);
  links.push(iterator);

  const setControl = () => libbpf.update(map.control, first, encodeControl(walks, sureAfter > 0n, sureAfter));

  function walk(): Row[] {
    walks++;
    setControl();
    const fd = libbpf.iterate(iterator);
    try {
      return readRows(fd);
    } finally {
      closeSync(fd);
    }
  }

  const edges = new TableReader(libbpf, map.edges, EDGE_KEY_BYTES, EDGE_BYTES);
  const asks = new TableReader(libbpf, map.unix, UNIX_ASK_BYTES, 8);

  walk();
  sureAfter = process.hrtime.bigint() + DOUBT_NS;
  setControl();

  return {
    walk,
    get walks() {
      return walks;
    },
    eachEdge: (visit) => edges.each(visit),
    unixAsks() {
      if (!tellsUnixAsks) return undefined;
      const found: UnixAsk[] = [];
      asks.each((key, value) => found.push(decodeUnixAsk(key, value)));
      return found;
    },
    takeEdge(key) {
      const value = Buffer.alloc(EDGE_BYTES);
      return libbpf.take(map.edges, key, value) ? value : undefined;
    },
    folds: () =>
      FOLDS.map(({ index }) => {
        const key = Buffer.alloc(4);
        key.writeUInt32LE(index);
        const value = Buffer.alloc(EDGE_BYTES);
        libbpf.lookup(map.folds, key, value);
        return value;
      }),
    processOf(pid) {
      const key = Buffer.alloc(4);
      key.writeUInt32LE(pid);
      const value = Buffer.alloc(PROCESS_BYTES);
      return libbpf.lookup(map.processes, key, value) ? decodeProcess(value) : undefined;
    },
    health() {
      const value = Buffer.alloc(HEALTH_BYTES);
      libbpf.lookup(map.health, first, value);
      return { ...decodeHealth(value), missed: libbpf.misses(tracepoint) };
    },
    size: SIZE,
    close,
  };
}

/** Reads all of a table, many entries at a time. */
class TableReader {
  readonly #libbpf: Libbpf;
  readonly #map: number;
  readonly #keys: Buffer;
  readonly #values: Buffer;
  readonly #keyBytes: number;
  readonly #valueBytes: number;

  constructor(libbpf: Libbpf, map: number, keyBytes: number, valueBytes: number) {
    this.#libbpf = libbpf;
    this.#map = map;
    this.#keyBytes = keyBytes;
    this.#valueBytes = valueBytes;
    this.#keys = Buffer.alloc(BATCH * keyBytes);
    this.#values = Buffer.alloc(BATCH * valueBytes);
  }

  each(visit: (key: Buffer, value: Buffer) => void): void {
    const position: Position = { at: Buffer.alloc(this.#keyBytes), started: false };
    for (;;) {
      const { count, last } = this.#libbpf.lookupBatch(this.#map, position, this.#keys, this.#values, BATCH);
      for (let i = 0; i < count; i++)
        visit(slice(this.#keys, i, this.#keyBytes), slice(this.#values, i, this.#valueBytes));
      if (last) return;
    }
  }
}

function slice(buffer: Buffer, index: number, length: number): Buffer {
  return buffer.subarray(index * length, (index + 1) * length);
}

function readRows(fd: number): Row[] {
  const rows: Row[] = [];
  let rest: Buffer = Buffer.alloc(0);
  for (;;) {
    const buffer = Buffer.alloc(WALK_BUFFER);
    let length: number;
    try {
      length = readSync(fd, buffer);
    } catch (error) {
      // A million files without a row: the kernel lets others have a turn.
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') continue;
      throw error;
    }
    if (length === 0) break;
    rest = decodeRows(Buffer.concat([rest, buffer.subarray(0, length)]), rows);
  }
  if (rest.length > 0) throw new LayoutError('a row cut short at byte', rest.length);
  return rows;
}
