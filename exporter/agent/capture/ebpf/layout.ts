/**
 * Decodes and encodes the data that the kernel program shares with this one. The structs are those of bpf/layout.h, in
 * the host's byte order, with addresses and text as raw bytes.
 */
import { endianness } from 'node:os';
import { formatIpv6 } from '../../net/address.ts';
import type { ProcessFiles } from '../../proc/process.ts';
import { type Direction, FAILURES, type Observation, type Trace, type Transport } from '../capture.ts';
import {
  CGROUP_PATH,
  CONTROL,
  EDGE,
  EDGE_KEY,
  HEALTH,
  LISTENER_ROW,
  PROCESS,
  PROCESS_KEY,
  TRACE,
  UNIX_CONNECT_KEY,
  UNIX_ROW,
  VALUES,
} from './kernel-structs.ts';

/** Only little-endian hosts are supported; the capture is not available on others. */
export const IS_READABLE = endianness() === 'LE';

/** Data that this version does not understand: most likely the object file of another version is loaded. */
export class LayoutError extends Error {
  readonly code = 'ERR_LAYOUT';
  constructor(what: string, value: number) {
    super(`unexpected data from the kernel program: ${what} ${value} (is it of another version?)`);
    this.name = 'LayoutError';
  }
}

/** Throws unless at least `length` bytes follow `offset`. */
function checkLength(what: string, bytes: Buffer, length: number, offset = 0): void {
  if (bytes.length < offset + length)
    throw new LayoutError(`${what} truncated at byte`, bytes.length - offset);
}

/** Fields of 64 bits that add up. */
const SUMS = [
  EDGE.opened,
  EDGE.open,
  EDGE.transmitted,
  EDGE.received,
  EDGE.retransmits,
  EDGE.setup_sum,
] as const;

const TCP = 6;
const UDP = 17;
const TRANSPORTS: Readonly<Record<number, Transport>> = { [TCP]: 'tcp', [UDP]: 'udp' };
const DIRECTIONS: Readonly<Record<number, Direction>> = {
  [VALUES.OUTBOUND]: 'outbound',
  [VALUES.INBOUND]: 'inbound',
  [VALUES.UNKNOWN]: 'unknown',
};

/** `struct edge_key`. */
export interface EdgeKey {
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly netns: number;
  readonly pid: number | undefined;
  readonly image: number | undefined;
  readonly port: number;
  readonly transport: Transport;
  readonly direction: Direction;
  /** UDP connected from a port that its process chose, so its direction is not known. */
  readonly isPeer: boolean;
}

export function decodeEdgeKey(bytes: Buffer, offset = 0): EdgeKey {
  checkLength('key', bytes, EDGE_KEY.sizeof, offset);
  return {
    localAddress: formatIpv6(bytes, offset + EDGE_KEY.local),
    remoteAddress: formatIpv6(bytes, offset + EDGE_KEY.remote),
    netns: bytes.readUInt32LE(offset + EDGE_KEY.netns),
    pid: bytes.readUInt32LE(offset + EDGE_KEY.pid) || undefined,
    image: bytes.readUInt32LE(offset + EDGE_KEY.image) || undefined,
    port: bytes.readUInt16LE(offset + EDGE_KEY.port),
    isPeer: bytes.readUInt16LE(offset + EDGE_KEY.peer_port) !== 0,
    transport: transportOf(bytes.readUInt8(offset + EDGE_KEY.transport)),
    direction: directionOf(bytes.readUInt8(offset + EDGE_KEY.direction)),
  };
}

/** `struct edge`: totals since the record was created; `open` and the round-trip time are current values. */
export interface EdgeCounts {
  readonly opened: number;
  readonly open: number;
  readonly transmittedBytes: number;
  readonly receivedBytes: number;
  readonly retransmits: number;
  /** Mean in seconds; undefined if the last scan measured none. */
  readonly rtt: number | undefined;
  readonly failed: readonly number[];
  readonly setup: { readonly counts: readonly number[]; readonly sum: number };
}

/** Shared by the many records without failed connections, and by those without opened ones. */
export const NONE_FAILED: EdgeCounts['failed'] = FAILURES.map(() => 0);
export const NONE_SET_UP: EdgeCounts['setup'] = { counts: Array(VALUES.SETUP_BUCKETS).fill(0), sum: 0 };

/** `scan` is the number of the last scan: round-trip times of an earlier one are out of date. */
export function decodeEdge(bytes: Buffer, scan: number, offset = 0): EdgeCounts {
  checkLength('record', bytes, EDGE.sizeof, offset);
  const failed = readCounts(bytes, offset + EDGE.failed, VALUES.FAILURES);
  const setup = readCounts(bytes, offset + EDGE.setup, VALUES.SETUP_BUCKETS);
  return {
    opened: readUInt64(bytes, offset + EDGE.opened),
    open: Math.max(0, bytes.readInt32LE(offset + EDGE.open)),
    transmittedBytes: readUInt64(bytes, offset + EDGE.transmitted),
    receivedBytes: readUInt64(bytes, offset + EDGE.received),
    retransmits: readUInt64(bytes, offset + EDGE.retransmits),
    rtt: readRtt(bytes, scan, offset),
    failed: failed ?? NONE_FAILED,
    setup: setup ? { counts: setup, sum: readUInt64(bytes, offset + EDGE.setup_sum) / 1e9 } : NONE_SET_UP,
  };
}

/** Whether decoding would give other counts than `before`. Cheaper than decoding; most records have not changed. */
export function isChanged(bytes: Buffer, before: Observation, scan: number): boolean {
  checkLength('record', bytes, EDGE.sizeof);
  const { opened, open, transmittedBytes = 0, receivedBytes = 0, retransmits = 0, rtt } = before;
  const { failed = NONE_FAILED, setup = NONE_SET_UP } = before;
  return (
    readUInt64(bytes, EDGE.opened) !== opened ||
    Math.max(0, bytes.readInt32LE(EDGE.open)) !== open ||
    readUInt64(bytes, EDGE.transmitted) !== transmittedBytes ||
    readUInt64(bytes, EDGE.received) !== receivedBytes ||
    readUInt64(bytes, EDGE.retransmits) !== retransmits ||
    readRtt(bytes, scan) !== rtt ||
    areChanged(bytes, EDGE.failed, failed) ||
    areChanged(bytes, EDGE.setup, setup.counts)
  );
}

function areChanged(bytes: Buffer, offset: number, before: readonly number[]): boolean {
  return before.some((count, i) => bytes.readUInt32LE(offset + 4 * i) !== count);
}

function readRtt(bytes: Buffer, scan: number, offset = 0): number | undefined {
  const isCurrent = bytes.readUInt32LE(offset + EDGE.scan) === scan;
  const count = isCurrent ? bytes.readUInt32LE(offset + EDGE.rtt_count) : 0;
  return count > 0 ? readUInt64(bytes, offset + EDGE.rtt_sum) / count / 1e6 : undefined;
}

/** Adds the counts of one record to another, except its creation time and round-trip times. */
export function addEdge(into: Buffer, from: Buffer): void {
  checkLength('record', into, EDGE.sizeof);
  checkLength('record', from, EDGE.sizeof);
  for (const at of SUMS)
    into.writeBigInt64LE(BigInt.asIntN(64, into.readBigInt64LE(at) + from.readBigInt64LE(at)), at);
  addCounts(into, from, EDGE.failed, VALUES.FAILURES);
  addCounts(into, from, EDGE.setup, VALUES.SETUP_BUCKETS);
}

function addCounts(into: Buffer, from: Buffer, offset: number, length: number): void {
  for (let at = offset; at < offset + 4 * length; at += 4)
    into.writeUInt32LE((into.readUInt32LE(at) + from.readUInt32LE(at)) >>> 0, at);
}

/** Entries of `musubi_folds`, by transport and direction. */
export const FOLDS = [
  { index: 0, transport: 'tcp', direction: 'outbound' },
  { index: 1, transport: 'tcp', direction: 'inbound' },
  { index: 2, transport: 'tcp', direction: 'unknown' },
  { index: 4, transport: 'udp', direction: 'outbound' },
  { index: 5, transport: 'udp', direction: 'inbound' },
  { index: 6, transport: 'udp', direction: 'unknown' },
] as const;

/** The values that control the kernel program. */
export interface ControlValues {
  /** Number of the current scan. */
  scan: number;
  /** In ns since boot; 0 until the first scan is complete. */
  uncertainUntil: bigint;
  /** The only network namespace whose edges are counted; 0 for all. */
  netns: number;
  /** Whether single connections are traced. */
  traced: boolean;
}

/** `struct control`. */
export function encodeControl({ scan, uncertainUntil, netns, traced }: ControlValues): Buffer {
  const bytes = Buffer.alloc(CONTROL.sizeof);
  bytes.writeBigUInt64LE(uncertainUntil, CONTROL.uncertain_until);
  bytes.writeUInt32LE(scan, CONTROL.scan);
  bytes.writeUInt32LE(uncertainUntil > 0n ? 1 : 0, CONTROL.seeded);
  bytes.writeUInt32LE(netns, CONTROL.netns);
  bytes.writeUInt32LE(traced ? 0 : 1, CONTROL.untraced);
  return bytes;
}

/** `struct trace` of a connection that has begun or failed. */
export function decodeTrace(bytes: Buffer, offset = 0): Trace {
  checkLength('trace', bytes, TRACE.sizeof, offset);
  return {
    connection: bytes.readUInt32LE(offset + TRACE.connection),
    transport: transportOf(bytes.readUInt8(offset + TRACE.transport)),
    direction: directionOf(bytes.readUInt8(offset + TRACE.direction)),
    localAddress: formatIpv6(bytes, offset + TRACE.local),
    localPort: bytes.readUInt16LE(offset + TRACE.local_port),
    remoteAddress: formatIpv6(bytes, offset + TRACE.remote),
    remotePort: bytes.readUInt16LE(offset + TRACE.peer_port),
    netns: bytes.readUInt32LE(offset + TRACE.netns),
    pid: bytes.readUInt32LE(offset + TRACE.pid) || undefined,
    image: bytes.readUInt32LE(offset + TRACE.image) || undefined,
    state: traceStateOf(bytes.readUInt8(offset + TRACE.state), bytes.readUInt8(offset + TRACE.failure)),
    counted: bytes.readUInt8(offset + TRACE.counted) !== 0,
    folded: bytes.readUInt8(offset + TRACE.folded) !== 0,
  };
}

function traceStateOf(state: number, failure: number): Trace['state'] {
  if (state === VALUES.TRACE_OPEN) return 'open';
  if (state === VALUES.TRACE_CONVERSATION) return 'passed';
  if (state !== VALUES.TRACE_FAILED) throw new LayoutError('trace state', state);
  if (failure >= FAILURES.length) throw new LayoutError('trace failure', failure);
  return { failed: failure };
}

/** `struct health`. */
export function decodeHealth(bytes: Buffer) {
  checkLength('health', bytes, HEALTH.sizeof);
  return {
    folded: readUInt64(bytes, HEALTH.folded),
    lost: readUInt64(bytes, HEALTH.lost),
    sockets: readUInt64(bytes, HEALTH.sockets),
    traces: readUInt64(bytes, HEALTH.traces),
    hooked: readUInt64(bytes, HEALTH.hooked) > 0,
  };
}

/** `struct process_key`. */
export function encodeProcessKey(pid: number, image: number): Buffer {
  const key = Buffer.alloc(PROCESS_KEY.sizeof);
  key.writeUInt32LE(pid, PROCESS_KEY.pid);
  key.writeUInt32LE(image, PROCESS_KEY.image);
  return key;
}

/** `struct process`, without its cgroup. */
export function decodeProcess(bytes: Buffer): ProcessFiles {
  checkLength('process', bytes, PROCESS.sizeof);
  const started = readUInt64(bytes, PROCESS.started) / 1e9;
  const parent = bytes.readUInt32LE(PROCESS.parent);
  const length = Math.min(bytes.readUInt32LE(PROCESS.args_length), PROCESS.environment - PROCESS.args);
  const variable = untilZero(bytes.subarray(PROCESS.environment, PROCESS.sizeof));
  const executable = untilZero(bytes.subarray(PROCESS.executable, PROCESS.args));
  return {
    comm: untilZero(bytes.subarray(PROCESS.comm, PROCESS.executable)),
    ...(executable.length > 0 && { executable }),
    args: argsOf(bytes.subarray(PROCESS.args, PROCESS.args + length)),
    ...(parent > 0 && { parent }),
    started,
    ...(variable.length > 0 && { environ: Buffer.concat([variable, Buffer.alloc(1)]) }),
  };
}

export const CGROUP_ID_BYTES = 8;

/** The id of a process's cgroup, which is the key of the cgroup's path. */
export function cgroupIdOf(process: Buffer): Buffer {
  checkLength('process', process, PROCESS.sizeof);
  return process.subarray(PROCESS.cgroup, PROCESS.cgroup + CGROUP_ID_BYTES);
}

/** `struct cgroup_path`; undefined if the path has too many levels or a name is too long. */
export function decodeCgroupPath(bytes: Buffer): Buffer | undefined {
  checkLength('cgroup path', bytes, CGROUP_PATH.sizeof);
  const levels = bytes.readUInt32LE(CGROUP_PATH.levels);
  if (levels > VALUES.LEVELS) throw new LayoutError('cgroup path with levels', levels);
  if (bytes.readUInt32LE(CGROUP_PATH.complete) === 0) return undefined;
  const names = [...Array(levels).keys()].map((level) => {
    const at = CGROUP_PATH.names + level * VALUES.LEVEL_NAME;
    return untilZero(bytes.subarray(at, at + VALUES.LEVEL_NAME));
  });
  if (names.some(({ length }) => length >= VALUES.LEVEL_NAME - 1)) return undefined;
  const parts = names.reverse().flatMap((name) => [Buffer.from('/'), name]);
  return levels === 0 ? Buffer.from('/') : Buffer.concat(parts);
}

/** Arguments, each terminated by a zero byte. A truncated one is dropped: it would be another name. */
function argsOf(bytes: Buffer): Buffer[] {
  const args: Buffer[] = [];
  for (let start = 0, end = bytes.indexOf(0); end !== -1; start = end + 1, end = bytes.indexOf(0, start))
    args.push(Buffer.from(bytes.subarray(start, end)));
  return args;
}

/** A process that holds a socket. */
export interface Holder {
  readonly pid: number;
  /** Equal for processes that were forked from one that executed the program. */
  readonly exec: number;
  /** When the process started, in ns since boot. */
  readonly started: number;
  /** Identifies the socket. It is a kernel address and must not be exposed. */
  readonly socket: string;
}

/** `struct listener_row`: a process that holds a listener. */
export interface ListenerRow extends Holder {
  readonly kind: 'listener';
  readonly netns: number;
  readonly image: number;
  /** The `exec` of a program that had connections of this listener, other than that of `recordedPid`; 0 if none had. */
  readonly acceptor: number;
  /** The process to which the kernel program has attributed its connections until this scan. */
  readonly recordedPid: number;
  readonly transport: Transport;
  readonly ipv6Only: boolean;
  readonly address: string;
  readonly port: number;
}

/** `struct unix_row`: a listener, or one socket of a connection in which at least one socket has a name. */
export interface UnixRow extends Holder {
  readonly kind: 'unix';
  readonly netns: number;
  readonly listens: boolean;
  /** Identifiers, equal for the same socket or name. They are kernel addresses and must not be exposed. */
  readonly peer: string;
  /** An accepted socket has its listener's; empty without a name. */
  readonly nameId: string;
  readonly peerNameId: string;
  readonly inode: number;
  /** The process that called listen(2) on this socket or, for a client, on its server's. */
  readonly listenerPid: number;
  /** Where this process looks up paths. */
  readonly view: UnixView;
  /** As in the kernel: a path, or a zero byte followed by an abstract name. */
  readonly name: Buffer;
}

/** What one socket scan found. */
export type Row = ListenerRow | UnixRow;

const ROW_BYTES: Readonly<Record<number, number>> = {
  [VALUES.ROW_LISTENER]: LISTENER_ROW.sizeof,
  [VALUES.ROW_UNIX]: UNIX_ROW.sizeof,
};

/** Decodes the rows of a scan from `bytes` and returns the rest, an incomplete row. */
export function decodeRows(bytes: Buffer, into: Row[]): Buffer {
  let offset = 0;
  while (offset + 2 <= bytes.length) {
    const kind = bytes.readUInt16LE(offset);
    const length = ROW_BYTES[kind];
    if (length === undefined) throw new LayoutError('row of kind', kind);
    if (offset + length > bytes.length) break;
    const row = bytes.subarray(offset, offset + length);
    into.push(kind === VALUES.ROW_LISTENER ? decodeListener(row) : decodeUnix(row));
    offset += length;
  }
  return bytes.subarray(offset);
}

function decodeListener(row: Buffer): ListenerRow {
  return {
    kind: 'listener',
    port: row.readUInt16LE(LISTENER_ROW.port),
    netns: row.readUInt32LE(LISTENER_ROW.netns),
    pid: row.readUInt32LE(LISTENER_ROW.pid),
    image: row.readUInt32LE(LISTENER_ROW.image),
    socket: identifierAt(row, LISTENER_ROW.socket),
    started: readUInt64(row, LISTENER_ROW.started),
    exec: row.readUInt32LE(LISTENER_ROW.exec),
    acceptor: row.readUInt32LE(LISTENER_ROW.acceptor),
    recordedPid: row.readUInt32LE(LISTENER_ROW.recorded_pid),
    transport: transportOf(row.readUInt8(LISTENER_ROW.transport)),
    ipv6Only: row.readUInt8(LISTENER_ROW.ipv6_only) !== 0,
    address: formatIpv6(row, LISTENER_ROW.local),
  };
}

function decodeUnix(row: Buffer): UnixRow {
  const identifier = (offset: number) => identifierAt(row, offset);
  const length = Math.min(row.readUInt16LE(UNIX_ROW.name_length), VALUES.MAX_NAME);
  return {
    kind: 'unix',
    netns: row.readUInt32LE(UNIX_ROW.netns),
    pid: row.readUInt32LE(UNIX_ROW.pid),
    listens: row.readUInt32LE(UNIX_ROW.listens) !== 0,
    started: readUInt64(row, UNIX_ROW.started),
    exec: row.readUInt32LE(UNIX_ROW.exec),
    socket: identifier(UNIX_ROW.socket),
    peer: identifier(UNIX_ROW.peer),
    nameId: identifier(UNIX_ROW.name_id),
    peerNameId: identifier(UNIX_ROW.peer_name_id),
    inode: readUInt64(row, UNIX_ROW.inode),
    listenerPid: row.readUInt32LE(UNIX_ROW.listener_pid),
    view: { mntns: row.readUInt32LE(UNIX_ROW.mntns), root: identifier(UNIX_ROW.root) },
    name: nameOf(row.subarray(UNIX_ROW.name, UNIX_ROW.name + length)),
  };
}

/** The kernel includes the zero byte that terminates a path. An abstract name may contain zero bytes. */
function nameOf(bytes: Buffer): Buffer {
  return bytes[0] === 0 ? Buffer.from(bytes) : untilZero(bytes);
}

export const UNIX_COUNT_BYTES = 8;

/** Connections of a process to a Unix socket: `struct unix_connect_key` and their number. */
export interface UnixConnectCount {
  readonly netns: number;
  readonly pid: number;
  readonly image: number;
  /**
   * The listener that accepted them, with `name` as its own name. Without, the kernel shows only calls of connect(2):
   * `name` is what the client wrote, and the listener and the outcome are not known.
   */
  readonly listener: UnixListenerId | undefined;
  /** Where the kernel looks up a path, if the listener is not known. */
  readonly view: UnixView;
  /** A path, or a zero byte followed by an abstract name. */
  readonly name: Buffer;
  readonly count: number;
}

/** Identifies a listener as long as its process does not close it and listens again. */
export interface UnixListenerId {
  /** An accepted socket has its listener's. A kernel address that must not be exposed. */
  readonly nameId: string;
  /** The process that called listen(2). */
  readonly pid: number;
}

/** In which file system a process looks up a path. */
interface UnixView {
  readonly mntns: number;
  /** The root directory: a kernel address that must not be exposed. */
  readonly root: string;
}

export function decodeUnixConnectCount(key: Buffer, value: Buffer): UnixConnectCount {
  checkLength('Unix connect key', key, UNIX_CONNECT_KEY.sizeof);
  checkLength('Unix connect count', value, UNIX_COUNT_BYTES);
  const maxLength = UNIX_CONNECT_KEY.sizeof - UNIX_CONNECT_KEY.name;
  const length = Math.min(key.readUInt32LE(UNIX_CONNECT_KEY.name_length), maxLength);
  const nameId = identifierAt(key, UNIX_CONNECT_KEY.name_id);
  const pid = key.readUInt32LE(UNIX_CONNECT_KEY.listener_pid);
  return {
    netns: key.readUInt32LE(UNIX_CONNECT_KEY.netns),
    pid: key.readUInt32LE(UNIX_CONNECT_KEY.pid),
    image: key.readUInt32LE(UNIX_CONNECT_KEY.image),
    listener: nameId === '' ? undefined : { nameId, pid },
    view: {
      mntns: key.readUInt32LE(UNIX_CONNECT_KEY.mntns),
      root: identifierAt(key, UNIX_CONNECT_KEY.root),
    },
    name: nameOf(key.subarray(UNIX_CONNECT_KEY.name, UNIX_CONNECT_KEY.name + length)),
    count: readUInt64(value, 0),
  };
}

/** A kernel address as text; empty for none. */
function identifierAt(bytes: Buffer, offset: number): string {
  const hex = bytes.toString('hex', offset, offset + 8);
  return hex === '0000000000000000' ? '' : hex;
}

function transportOf(protocol: number): Transport {
  const transport = TRANSPORTS[protocol];
  if (!transport) throw new LayoutError('transport', protocol);
  return transport;
}

function directionOf(value: number): Direction {
  const direction = DIRECTIONS[value];
  if (!direction) throw new LayoutError('direction', value);
  return direction;
}

/** Undefined if all are 0. */
function readCounts(bytes: Buffer, offset: number, length: number): number[] | undefined {
  let counts: number[] | undefined;
  for (let i = 0; i < length; i++) {
    const count = bytes.readUInt32LE(offset + 4 * i);
    if (count === 0) continue;
    counts ??= Array<number>(length).fill(0);
    counts[i] = count;
  }
  return counts;
}

/** Exact up to 2^53, and cheaper than a BigInt. */
function readUInt64(bytes: Buffer, offset: number): number {
  return bytes.readUInt32LE(offset) + bytes.readUInt32LE(offset + 4) * 2 ** 32;
}

function untilZero(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return Buffer.from(end === -1 ? bytes : bytes.subarray(0, end));
}
