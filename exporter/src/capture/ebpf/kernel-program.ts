import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Libbpf, Link, Position } from '../../native/libbpf.ts';
import type { ProcessFiles } from '../../proc/process.ts';
import {
  decodeHealth,
  decodeProcess,
  decodeRows,
  EDGE_BYTES,
  EDGE_KEY_BYTES,
  encodeControl,
  FOLDS,
  HEALTH_BYTES,
  LayoutError,
  type ListenerRow,
  PROCESS_BYTES,
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
  const object = libbpf.load(path);
  const links: Link[] = [];
  const close = () => {
    for (const link of links.splice(0)) link.close();
    object.close();
  };
  try {
    return attach(libbpf, object, links, cgroupRoot, close);
  } catch (error) {
    close();
    throw error;
  }
}

function attach(
  libbpf: Libbpf,
  object: ReturnType<Libbpf['load']>,
  links: Link[],
  cgroupRoot: string,
  close: () => void,
): KernelProgram {
  const map = {
    edges: object.map('musubi_edges'),
    folds: object.map('musubi_folds'),
    processes: object.map('musubi_procs'),
    control: object.map('musubi_control'),
    health: object.map('musubi_health'),
  };
  const tracepoint = object.program(TRACEPOINT);
  const first = Buffer.alloc(4);
  let walks = 0;
  let sureAfter = 0n;

  links.push(object.attach(TRACEPOINT));
  const cgroup = openSync(cgroupRoot, 'r');
  try {
    for (const name of CGROUP_PROGRAMS) links.push(object.attachToCgroup(name, cgroup));
  } finally {
    closeSync(cgroup);
  }
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

  const keys = Buffer.alloc(BATCH * EDGE_KEY_BYTES);
  const values = Buffer.alloc(BATCH * EDGE_BYTES);

  function eachEdge(visit: (key: Buffer, value: Buffer) => void): void {
    const position: Position = { at: Buffer.alloc(EDGE_KEY_BYTES), started: false };
    for (;;) {
      const { count, last } = libbpf.lookupBatch(map.edges, position, keys, values, BATCH);
      for (let i = 0; i < count; i++) {
        visit(
          keys.subarray(i * EDGE_KEY_BYTES, (i + 1) * EDGE_KEY_BYTES),
          values.subarray(i * EDGE_BYTES, (i + 1) * EDGE_BYTES),
        );
      }
      if (last) return;
    }
  }

  walk();
  sureAfter = process.hrtime.bigint() + DOUBT_NS;
  setControl();

  return {
    walk,
    get walks() {
      return walks;
    },
    eachEdge,
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
