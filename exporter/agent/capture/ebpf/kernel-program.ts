import { closeSync, existsSync, openSync } from 'node:fs';
import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isKernelAtLeast } from '../../kernel-version.ts';
import type { KernelObject, Libbpf, Link, ProgramOverride } from '../../native/libbpf.ts';
import type { ProcessFiles } from '../../proc/process.ts';
import type { TraceLog } from '../capture.ts';
import { type Control, createControl } from './control.ts';
import { EDGES, indexKey, type KernelMaps, openMaps } from './kernel-maps.ts';
import { EDGE, EDGE_KEY, HEALTH, VALUES } from './kernel-structs.ts';
import { decodeHealth, FOLDS, type Row, type UnixConnectCount } from './layout.ts';
import { createProcessLookup } from './processes.ts';
import { scanSockets } from './socket-scan.ts';
import { TableReader } from './table-reader.ts';
import { createTraceLog } from './trace-log.ts';
import { createUnixConnectReader } from './unix-connects.ts';

/** The loaded kernel program, as the capture uses it. */
export interface KernelProgram {
  /** Scans the sockets of all processes: updates the records and returns the listeners and Unix sockets. */
  scan(): Row[];
  /** Number of the last scan. */
  readonly scans: number;
  /** Calls `visit` with each record's key and value: views that are valid during the call only. */
  eachEdge(visit: (key: Buffer, value: Buffer) => void): void;
  /** Removes a record and returns its last value; undefined if there is none. */
  takeEdge(key: Buffer): Buffer | undefined;
  /** Inserts a record that was removed, unless it exists again or the table is full. */
  putEdge(key: Buffer, value: Buffer): 'inserted' | 'exists' | 'full';
  /** The overflow records, in the order of `FOLDS`. */
  folds(): Buffer[];
  /** Connections to Unix sockets, by process and listener; undefined if the kernel does not support it. */
  unixConnects(): UnixConnectCount[] | undefined;
  processOf(pid: number, image: number | undefined): ProcessFiles | undefined;
  readonly traces: TraceLog;
  /** Totals since the program was loaded; `sockets` counts those seen in all scans. */
  health(): {
    folded: number;
    lost: number;
    sockets: number;
    traces: number;
    isTracing: boolean;
    missed: number;
  };
  readonly size: number;
  close(): void;
}

const TRACEPOINT = 'musubi_tcp_state';
const SCAN = 'musubi_scan_sockets';
const CGROUP_PROGRAMS = [
  'musubi_udp_sendmsg4',
  'musubi_udp_sendmsg6',
  'musubi_udp_recvmsg4',
  'musubi_udp_recvmsg6',
  'musubi_udp_connect4',
  'musubi_udp_connect6',
  'musubi_udp_release',
];
const UNIX_PROGRAM = 'musubi_unix_connect';
/** In an object of its own, which only newer kernels load. */
const UNIX_OBJECT = 'musubi-unix.bpf.o';
const UNIX_OUTCOME_PROGRAM = 'musubi_unix_outcome';
/** BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UNIX_CONNECT (include/uapi/linux/bpf.h). libbpf 1.3 knows the section. */
const UNIX_CONNECT: ProgramOverride = { type: 18, attachType: 49 };
/** A reply over UDP takes no longer than this; resolvers do not wait longer either (resolv.conf(5)). */
const UNCERTAINTY_NS = 5_000_000_000n;

/** The compiled kernel program: beside the bundle or, when run from source, in `dist/`. Its second object is beside it. */
export function kernelProgramPath(): string {
  const paths = ['./musubi.bpf.o', '../../dist/musubi.bpf.o'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return paths.find(existsSync) ?? (paths[0] as string);
}

interface LoadOptions {
  /** Size of the table of edges. */
  readonly maxEdges?: number | undefined;
  /** The only network namespace whose edges are counted, by its inode; all by default. */
  readonly netns?: number | undefined;
  /** Whether to trace single connections; by default they are. */
  readonly traced?: boolean | undefined;
  readonly kernel?: string;
}

/**
 * Loads and attaches the program, then scans the existing sockets. In this order, a connection made in the meantime is
 * seen by its events, by the scan or by both, and counted once. The kernel unloads everything when this process ends,
 * in whatever way.
 */
export function loadKernelProgram(
  libbpf: Libbpf,
  path: string,
  cgroupRoot: string,
  { maxEdges, netns, traced = true, kernel = release() }: LoadOptions = {},
): KernelProgram {
  const hasUnixConnects = isKernelAtLeast(kernel, 6, 7);
  const overrides = { [UNIX_PROGRAM]: hasUnixConnects ? UNIX_CONNECT : ('omit' as const) };
  const object = libbpf.load(path, overrides, maxEdges === undefined ? {} : { [EDGES]: maxEdges });
  const links: Link[] = [];
  let unixObject: KernelObject | undefined;
  let isOpen = true;
  const close = () => {
    // A second close would be a double free in libbpf.
    if (!isOpen) return;
    isOpen = false;
    for (const link of links) link.close();
    unixObject?.close();
    object.close();
  };
  try {
    const maps = openMaps(libbpf, object);
    const control = createControl(libbpf, maps.control);
    // Beforehand: what is counted of other namespaces would stay in the table.
    if (netns !== undefined || !traced) control.set({ netns: netns ?? 0, traced });
    unixObject = loadUnixOutcome(libbpf, path, object, kernel);
    attachPrograms({ object, unixObject, hasUnixConnects }, links, cgroupRoot);
    const iterator = object.attachIterator(SCAN);
    links.push(iterator);
    const scanner = createScanner(libbpf, control, iterator);
    return programOf(libbpf, object, maps, scanner, hasUnixConnects, close);
  } catch (error) {
    close();
    throw error;
  }
}

/** The program that reads which listener a Unix socket was connected to; undefined if the kernel refuses it. */
function loadUnixOutcome(
  libbpf: Libbpf,
  path: string,
  shared: KernelObject,
  kernel: string,
): KernelObject | undefined {
  if (!isKernelAtLeast(kernel, 6, 18)) return undefined;
  try {
    const beside = path.replace(/[^/]*$/, UNIX_OBJECT);
    return libbpf.load(beside, { [UNIX_OUTCOME_PROGRAM]: UNIX_CONNECT }, {}, shared);
  } catch {
    // It depends on an unstable kernel function. Without, the names that clients use are counted.
    return undefined;
  }
}

interface Objects {
  readonly object: KernelObject;
  readonly unixObject: KernelObject | undefined;
  readonly hasUnixConnects: boolean;
}

function attachPrograms(
  { object, unixObject, hasUnixConnects }: Objects,
  links: Link[],
  cgroupRoot: string,
): void {
  links.push(object.attach(TRACEPOINT));
  const cgroup = openSync(cgroupRoot, 'r');
  try {
    for (const name of CGROUP_PROGRAMS) links.push(object.attachToCgroup(name, cgroup));
    if (unixObject) links.push(unixObject.attachToCgroup(UNIX_OUTCOME_PROGRAM, cgroup));
    else if (hasUnixConnects) links.push(object.attachToCgroup(UNIX_PROGRAM, cgroup));
  } finally {
    closeSync(cgroup);
  }
}

interface Scanner {
  readonly control: Control;
  scan(): Row[];
}

/** Runs the first scan. */
function createScanner(libbpf: Libbpf, control: Control, iterator: Link): Scanner {
  function scan(): Row[] {
    control.set({ scan: control.values.scan + 1 });
    return scanSockets(libbpf, iterator);
  }

  scan();
  control.set({ uncertainUntil: process.hrtime.bigint() + UNCERTAINTY_NS });
  return { control, scan };
}

function programOf(
  libbpf: Libbpf,
  object: KernelObject,
  maps: KernelMaps,
  { control, scan }: Scanner,
  hasUnixConnects: boolean,
  close: () => void,
): KernelProgram {
  const edges = new TableReader(libbpf, maps.edges, EDGE_KEY.sizeof, EDGE.sizeof);
  const tracepoint = object.program(TRACEPOINT);
  const health = () => decodeHealth(lookupIndex(libbpf, maps.health, 0, HEALTH.sizeof));
  const readUnixConnects = createUnixConnectReader(libbpf, maps.unixConnects);
  return {
    scan,
    get scans() {
      return control.values.scan;
    },
    eachEdge: (visit) => edges.each(visit),
    takeEdge(key) {
      const value = Buffer.alloc(EDGE.sizeof);
      return libbpf.take(maps.edges, key, value) ? value : undefined;
    },
    putEdge: (key, value) => libbpf.insert(maps.edges, key, value),
    folds: () => FOLDS.map(({ index }) => lookupIndex(libbpf, maps.folds, index, EDGE.sizeof)),
    unixConnects: () => (hasUnixConnects ? readUnixConnects() : undefined),
    processOf: createProcessLookup(libbpf, maps),
    traces: createTraceLog({
      count: () => health().traces,
      readBlock: (index, into) => void libbpf.lookup(maps.traces, indexKey(index), into),
    }),
    health() {
      const { hooked, ...totals } = health();
      const isTracing = hooked || control.values.scan <= VALUES.FIRST_SCANS;
      return { ...totals, isTracing, missed: libbpf.misses(tracepoint) };
    },
    size: libbpf.mapInfo(maps.edges).size,
    close,
  };
}

/** An entry of an array map. */
function lookupIndex(libbpf: Libbpf, map: number, index: number, bytes: number): Buffer {
  const value = Buffer.alloc(bytes);
  libbpf.lookup(map, indexKey(index), value);
  return value;
}
