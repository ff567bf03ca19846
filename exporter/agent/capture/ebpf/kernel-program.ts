import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isKernelAtLeast } from '../../kernel-version.ts';
import type { KernelObject, Libbpf, Link, Position, Special } from '../../native/libbpf.ts';
import { ANY_IPV4, ANY_IPV6, isIpv6 } from '../../net/address.ts';
import type { ProcessFiles } from '../../proc/process.ts';
import type { ConnectionTuple, Trace } from '../capture.ts';
import {
  CGROUP_ID_BYTES,
  CGROUP_PATH_BYTES,
  CONN_TUPLE_BYTES,
  CONTROL_BYTES,
  cgroupIdOf,
  decodeCgroupPath,
  decodeHealth,
  decodeProcess,
  decodeRows,
  decodeTrace,
  decodeUnixConnects,
  EDGE_BYTES,
  EDGE_KEY_BYTES,
  encodeConnTuple,
  encodeControl,
  encodeProcessKey,
  FOLDS,
  HEALTH_BYTES,
  LayoutError,
  type ListenerRow,
  PROCESS_BYTES,
  PROCESS_KEY_BYTES,
  TRACE_BYTES,
  UNIX_CONNECT_KEY_BYTES,
  UNIX_COUNT_BYTES,
  type UnixConnects,
  type UnixRow,
} from './layout.ts';

/** What one scan over all open files met. */
export type Row = ListenerRow | UnixRow;

/** The kernel side at work, as the capture sees it. */
export interface KernelProgram {
  /** Walks over the open files of all processes: brings the records up to date and tells who listens. */
  scan(): Row[];
  /** The number of the last scan. */
  readonly scans: number;
  /** Calls back with each record's key and value: views that are valid during the call alone. */
  eachEdge(visit: (key: Buffer, value: Buffer) => void): void;
  /** Takes a record out: its last value, or undefined when it is gone. */
  takeEdge(key: Buffer): Buffer | undefined;
  /** Puts a record back that was taken out; tells why not where there is one again, or no room. */
  putEdge(key: Buffer, value: Buffer): 'inserted' | 'exists' | 'full';
  /** The records of what found no place, by their places in `FOLDS`. */
  folds(): Buffer[];
  /** Calls of connect(2) to Unix sockets, by process and name; undefined where the kernel does not tell. */
  unixConnects(): UnixConnects[] | undefined;
  processOf(pid: number, image: number | undefined): ProcessFiles | undefined;
  /** The trace that a connection has left. They are left from the first call on, until none was made for a while. */
  traceOf(end: ConnectionTuple): Trace | undefined;
  /** Sums since the program was loaded; `sockets` are those met by all scans. */
  health(): { folded: number; lost: number; sockets: number; missed: number };
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
/** A host may start many processes, each of which tries the same names: this many entries, and this old in ms. */
const CROWDED_CONNECTS = 16_384;
const IDLE_CONNECT = 60_000;
/** Traces cost a little for each connection: so long after the last one was asked for they are left no more, in ms. */
const TRACING = 300_000;
const UNIX_PROGRAM = 'musubi_unix_connect';
/** BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UNIX_CONNECT (include/uapi/linux/bpf.h); libbpf 1.3 knows it by name. */
const UNIX_CONNECT: Special = { type: 18, attachType: 49 };
const EDGES = 'musubi_edges';
const BATCH = 2048;
/** The kernel fills eight pages at most in one read (kernel/bpf/bpf_iter.c, bpf_seq_read). */
const SCAN_BUFFER = 32 * 1024;
/** More than are in use on a host; their paths never change. */
const MOST_CGROUPS = 1024;
/** No answer to a UDP question takes longer, nor is waited for longer by resolvers (resolv.conf(5)). */
const DOUBT_NS = 5_000_000_000n;

/** The compiled kernel program, beside the bundle or, run from source, in `dist/`. */
export function kernelProgramPath(): string {
  const places = ['./musubi.bpf.o', '../../dist/musubi.bpf.o'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  return places.find(existsSync) ?? (places[0] as string);
}

/**
 * Loads and attaches the program, then meets all sockets that are there already. In this order: a connection made
 * meanwhile is told by its events, or met by the scan, or both, and counted once. The kernel undoes all of it when
 * this process ends, however it does.
 */
export function loadKernelProgram(
  libbpf: Libbpf,
  path: string,
  cgroupRoot: string,
  { room, kernel = release() }: { readonly room?: number; readonly kernel?: string } = {},
): KernelProgram {
  const hasUnixConnects = isKernelAtLeast(kernel, 6, 7);
  const special = { [UNIX_PROGRAM]: hasUnixConnects ? UNIX_CONNECT : ('omit' as const) };
  const object = libbpf.load(path, special, room === undefined ? {} : { [EDGES]: room });
  const cgroupPrograms = hasUnixConnects ? [...CGROUP_PROGRAMS, UNIX_PROGRAM] : CGROUP_PROGRAMS;
  const links: Link[] = [];
  let isOpen = true;
  const close = () => {
    // libbpf would free it once more.
    if (!isOpen) return;
    isOpen = false;
    for (const link of links) link.close();
    object.close();
  };
  try {
    const maps = mapsOf(libbpf, object);
    attach(object, links, cgroupRoot, cgroupPrograms);
    return run(libbpf, object, maps, links, hasUnixConnects, close);
  } catch (error) {
    close();
    throw error;
  }
}

/** The maps of the program. Refuses those of another version, whose bytes mean other things. */
function mapsOf(libbpf: Libbpf, object: KernelObject) {
  const find = (name: string, keyBytes: number, valueBytes: number) => {
    const map = object.map(name);
    const info = libbpf.mapInfo(map);
    if (info.keyBytes !== keyBytes) throw new LayoutError(`${name} with keys of length`, info.keyBytes);
    if (info.valueBytes !== valueBytes)
      throw new LayoutError(`${name} with values of length`, info.valueBytes);
    return map;
  };
  return {
    edges: find(EDGES, EDGE_KEY_BYTES, EDGE_BYTES),
    folds: find('musubi_folds', 4, EDGE_BYTES),
    processes: find('musubi_processes', PROCESS_KEY_BYTES, PROCESS_BYTES),
    cgroups: find('musubi_cgroups', CGROUP_ID_BYTES, CGROUP_PATH_BYTES),
    control: find('musubi_control', 4, CONTROL_BYTES),
    health: find('musubi_health', 4, HEALTH_BYTES),
    unix: find('musubi_unix_connects', UNIX_CONNECT_KEY_BYTES, UNIX_COUNT_BYTES),
    traces: find('musubi_traces', CONN_TUPLE_BYTES, TRACE_BYTES),
  };
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
  map: ReturnType<typeof mapsOf>,
  links: Link[],
  hasUnixConnects: boolean,
  close: () => void,
): KernelProgram {
  const { size } = libbpf.mapInfo(map.edges);
  const tracepoint = object.program(TRACEPOINT);
  const first = Buffer.alloc(4);
  let scans = 0;
  let uncertainUntil = 0n;

  const iterator = object.attachIterator(SCAN);
  links.push(iterator);

  let isTracing = false;
  let tracedAt = 0;

  const setControl = () =>
    libbpf.update(map.control, first, encodeControl(scans, uncertainUntil > 0n, uncertainUntil, isTracing));

  function readTrace(end: ConnectionTuple): Trace | undefined {
    const key = encodeConnTuple(end);
    const value = Buffer.alloc(TRACE_BYTES);
    // Taken out, as a later connection may have the same ends; mostly it is over, and one call has to do.
    if (!libbpf.take(map.traces, key, value)) return undefined;
    const trace = decodeTrace(value);
    // Should it have ended this very moment, that is there by now.
    if (trace?.state === 'open') libbpf.insert(map.traces, key, value);
    return trace && { ...trace, localAddress: end.localAddress };
  }

  const cgroups = new Map<string, Buffer>();

  function cgroupOf(id: Buffer): Buffer | undefined {
    const name = id.toString('hex');
    const known = cgroups.get(name);
    if (known) return known;
    const value = Buffer.alloc(CGROUP_PATH_BYTES);
    const path = libbpf.lookup(map.cgroups, id, value) ? decodeCgroupPath(value) : undefined;
    if (!path) return undefined;
    if (cgroups.size >= MOST_CGROUPS) cgroups.clear();
    cgroups.set(name, path);
    return path;
  }

  function scan(): Row[] {
    scans++;
    if (isTracing && performance.now() - tracedAt > TRACING) isTracing = false;
    setControl();
    const fd = libbpf.iterate(iterator);
    try {
      return readRows(fd);
    } finally {
      closeSync(fd);
    }
  }

  const edges = new TableReader(libbpf, map.edges, EDGE_KEY_BYTES, EDGE_BYTES);
  /** The counts of calls as last read, and since when they are so, in ms. */
  let asked = new Map<string, { value: Buffer; since: number }>();
  const asks = new TableReader(libbpf, map.unix, UNIX_CONNECT_KEY_BYTES, UNIX_COUNT_BYTES);

  scan();
  uncertainUntil = process.hrtime.bigint() + DOUBT_NS;
  setControl();

  return {
    scan,
    get scans() {
      return scans;
    },
    eachEdge: (visit) => edges.each(visit),
    unixConnects() {
      if (!hasUnixConnects) return undefined;
      const found: UnixConnects[] = [];
      const now = performance.now();
      const before = asked;
      const patience = before.size > CROWDED_CONNECTS ? 0 : IDLE_CONNECT;
      asked = new Map();
      asks.each((key, value) => {
        const name = key.toString('latin1');
        const last = before.get(name);
        const since = last?.value.equals(value) ? last.since : now;
        // Out of use, so out of the table; unless it comes into use this very moment, it is told no more.
        const isTaken = now - since > patience && libbpf.take(map.unix, key, value);
        if (isTaken && last?.value.equals(value)) return;
        if (!isTaken) asked.set(name, { value: Buffer.from(value), since });
        found.push(decodeUnixConnects(key, value));
      });
      return found;
    },
    takeEdge(key) {
      const value = Buffer.alloc(EDGE_BYTES);
      return libbpf.take(map.edges, key, value) ? value : undefined;
    },
    putEdge: (key, value) => libbpf.insert(map.edges, key, value),
    folds: () =>
      FOLDS.map(({ index }) => {
        const key = Buffer.alloc(4);
        key.writeUInt32LE(index);
        const value = Buffer.alloc(EDGE_BYTES);
        libbpf.lookup(map.folds, key, value);
        return value;
      }),
    processOf(pid, image) {
      if (image === undefined) return undefined;
      const key = encodeProcessKey(pid, image);
      const value = Buffer.alloc(PROCESS_BYTES);
      if (!libbpf.lookup(map.processes, key, value)) return undefined;
      const cgroup = cgroupOf(cgroupIdOf(value));
      return { ...decodeProcess(value), ...(cgroup && { cgroup }) };
    },
    traceOf(end) {
      tracedAt = performance.now();
      if (!isTracing) {
        isTracing = true;
        setControl();
      }
      const trace = readTrace(end);
      if (trace || end.transport !== 'udp') return trace;
      // A socket that sends without a peer may have no address of its own.
      return readTrace({ ...end, localAddress: isIpv6(end.remoteAddress) ? ANY_IPV6 : ANY_IPV4 });
    },
    health() {
      const value = Buffer.alloc(HEALTH_BYTES);
      libbpf.lookup(map.health, first, value);
      return { ...decodeHealth(value), missed: libbpf.misses(tracepoint) };
    },
    size,
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
    const buffer = Buffer.alloc(SCAN_BUFFER);
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
