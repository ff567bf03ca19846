/**
 * The bytes that the kernel program writes and this program reads: the twin of exporter/agent/bpf/layout.h. All in the byte
 * order of the host, addresses and text as they are.
 */
import { endianness } from 'node:os';
import { formatIpv6, parseAddress } from '../../net/address.ts';
import type { ProcessFiles } from '../../proc/process.ts';
import {
  type ConnectionTuple,
  type Direction,
  FAILURES,
  type Observation,
  SETUP_BOUNDS,
  type Trace,
  type Transport,
} from '../capture.ts';

/** Only little-endian hosts are read; the capture is not offered on others. */
export const IS_READABLE = endianness() === 'LE';

/** Bytes from the kernel that are not what its program writes: another version's object file, most likely. */
export class LayoutError extends Error {
  readonly code = 'ERR_LAYOUT';
  constructor(what: string, value: number) {
    super(`the kernel program wrote ${what} ${value}, which this version does not know`);
    this.name = 'LayoutError';
  }
}

/** Refuses bytes that end before `offset + length`. */
function demand(what: string, bytes: Buffer, length: number, offset = 0): void {
  if (bytes.length < offset + length)
    throw new LayoutError(`${what} cut short at byte`, bytes.length - offset);
}

export const EDGE_KEY_BYTES = 52;
const SETUP_BUCKETS = SETUP_BOUNDS.length + 1;
const FAILED = 72;
const SETUP = FAILED + 4 * FAILURES.length;
/** All of 64 bits: `opened`, `open`, `transmitted`, `received`, `retransmits`, `setup_sum`. */
const SUMS = [8, 16, 24, 32, 40, 48] as const;
export const EDGE_BYTES = SETUP + 4 * SETUP_BUCKETS + 4;

const TCP = 6;
const UDP = 17;
const TRANSPORTS: Readonly<Record<number, Transport>> = { [TCP]: 'tcp', [UDP]: 'udp' };
const DIRECTIONS: readonly Direction[] = ['outbound', 'inbound', 'unknown'];

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
  /** Whether it is UDP connected from a port that its process chose, so that nobody knows who asked. */
  readonly isPeer: boolean;
}

export function decodeEdgeKey(bytes: Buffer, offset = 0): EdgeKey {
  demand('a key', bytes, EDGE_KEY_BYTES, offset);
  return {
    localAddress: formatIpv6(bytes, offset),
    remoteAddress: formatIpv6(bytes, offset + 16),
    netns: bytes.readUInt32LE(offset + 32),
    pid: bytes.readUInt32LE(offset + 36) || undefined,
    image: bytes.readUInt32LE(offset + 40) || undefined,
    port: bytes.readUInt16LE(offset + 44),
    isPeer: bytes.readUInt16LE(offset + 46) !== 0,
    transport: transportOf(bytes.readUInt8(offset + 48)),
    direction: directionOf(bytes.readUInt8(offset + 49)),
  };
}

/** `struct edge`: sums since the record was made; `open` and the round-trip times as of now. */
export interface EdgeCounts {
  readonly opened: number;
  readonly open: number;
  readonly transmittedBytes: number;
  readonly receivedBytes: number;
  readonly retransmits: number;
  /** Mean, in seconds; absent when none was measured in the last scan. */
  readonly rtt: number | undefined;
  readonly failed: readonly number[];
  readonly setup: { readonly counts: readonly number[]; readonly sum: number };
}

/** Of the many records of which no connection failed, and of those that none was opened on. */
export const NONE_FAILED: EdgeCounts['failed'] = FAILURES.map(() => 0);
export const NONE_SET_UP: EdgeCounts['setup'] = { counts: Array(SETUP_BUCKETS).fill(0), sum: 0 };

/** `scan` is the number of the last scan: round-trip times of an earlier one are out of date. */
export function decodeEdge(bytes: Buffer, scan: number, offset = 0): EdgeCounts {
  demand('a record', bytes, EDGE_BYTES, offset);
  const failed = readCounts(bytes, offset + FAILED, FAILURES.length);
  const setup = readCounts(bytes, offset + SETUP, SETUP_BUCKETS);
  return {
    opened: readUInt64(bytes, offset + 8),
    open: Math.max(0, bytes.readInt32LE(offset + 16)),
    transmittedBytes: readUInt64(bytes, offset + 24),
    receivedBytes: readUInt64(bytes, offset + 32),
    retransmits: readUInt64(bytes, offset + 40),
    rtt: readRtt(bytes, scan, offset),
    failed: failed ?? NONE_FAILED,
    setup: setup ? { counts: setup, sum: readUInt64(bytes, offset + 48) / 1e9 } : NONE_SET_UP,
  };
}

/** Whether decoding would give other counts than it gave before: cheaper than to decode, as most have not. */
export function isChanged(bytes: Buffer, before: Observation, scan: number): boolean {
  demand('a record', bytes, EDGE_BYTES);
  const { opened, open, transmittedBytes = 0, receivedBytes = 0, retransmits = 0, rtt } = before;
  const { failed = NONE_FAILED, setup = NONE_SET_UP } = before;
  return (
    readUInt64(bytes, 8) !== opened ||
    Math.max(0, bytes.readInt32LE(16)) !== open ||
    readUInt64(bytes, 24) !== transmittedBytes ||
    readUInt64(bytes, 32) !== receivedBytes ||
    readUInt64(bytes, 40) !== retransmits ||
    readRtt(bytes, scan) !== rtt ||
    failed.some((count, i) => bytes.readUInt32LE(FAILED + 4 * i) !== count) ||
    setup.counts.some((count, i) => bytes.readUInt32LE(SETUP + 4 * i) !== count)
  );
}

function readRtt(bytes: Buffer, scan: number, offset = 0): number | undefined {
  const measured = bytes.readUInt32LE(offset + 68) === scan ? bytes.readUInt32LE(offset + 64) : 0;
  return measured > 0 ? readUInt64(bytes, offset + 56) / measured / 1e6 : undefined;
}

/** Adds what one record has counted to another; birth and round-trip times stay as they are. */
export function addEdge(into: Buffer, from: Buffer): void {
  demand('a record', into, EDGE_BYTES);
  demand('a record', from, EDGE_BYTES);
  for (const at of SUMS)
    into.writeBigInt64LE(BigInt.asIntN(64, into.readBigInt64LE(at) + from.readBigInt64LE(at)), at);
  for (let at = FAILED; at < SETUP + 4 * SETUP_BUCKETS; at += 4)
    into.writeUInt32LE((into.readUInt32LE(at) + from.readUInt32LE(at)) >>> 0, at);
}

/** Places of `musubi_folds`, one by transport and direction. */
export const FOLDS = [
  { index: 0, transport: 'tcp', direction: 'outbound' },
  { index: 1, transport: 'tcp', direction: 'inbound' },
  { index: 4, transport: 'udp', direction: 'outbound' },
  { index: 5, transport: 'udp', direction: 'inbound' },
  { index: 6, transport: 'udp', direction: 'unknown' },
] as const;

export const CONTROL_BYTES = 24;

/** `struct control`. `uncertainUntil` is in ns since boot. */
export function encodeControl(
  scan: number,
  seeded: boolean,
  uncertainUntil: bigint,
  tracing: boolean,
): Buffer {
  const bytes = Buffer.alloc(CONTROL_BYTES);
  bytes.writeBigUInt64LE(uncertainUntil, 0);
  bytes.writeUInt32LE(scan, 8);
  bytes.writeUInt32LE(seeded ? 1 : 0, 12);
  bytes.writeUInt32LE(tracing ? 1 : 0, 16);
  return bytes;
}

export const CONN_TUPLE_BYTES = 40;

/** `struct conn_tuple`. */
export function encodeConnTuple(end: ConnectionTuple): Buffer {
  const key = Buffer.alloc(CONN_TUPLE_BYTES);
  writeAddress(key, end.localAddress, 0);
  writeAddress(key, end.remoteAddress, 16);
  key.writeUInt16LE(end.localPort, 32);
  key.writeUInt16LE(end.remotePort, 34);
  key.writeUInt8(end.transport === 'udp' ? UDP : TCP, 36);
  key.writeUInt8(DIRECTIONS.indexOf(end.direction), 37);
  return key;
}

/** An IPv4 address is kept as its IPv4-mapped IPv6 address. */
function writeAddress(key: Buffer, address: string, at: number): void {
  const bytes = parseAddress(address);
  if (bytes.length === 4) key.writeUInt16BE(0xffff, at + 10);
  key.set(bytes, at + 16 - bytes.length);
}

export const TRACE_BYTES = 16;
const TRACE_OPEN = 1;
const TRACE_CLOSED = 2;
const TRACE_FAILED = 3;

/** `struct trace`; without a process it is of no use. */
export function decodeTrace(bytes: Buffer): Omit<Trace, 'localAddress'> | undefined {
  demand('a trace', bytes, TRACE_BYTES);
  const pid = bytes.readUInt32LE(4);
  if (pid === 0) return undefined;
  return {
    netns: bytes.readUInt32LE(0),
    pid,
    image: bytes.readUInt32LE(8) || undefined,
    state: traceStateOf(bytes.readUInt8(12), bytes.readUInt8(13)),
    counted: bytes.readUInt8(14) !== 0,
  };
}

function traceStateOf(state: number, failure: number): Trace['state'] {
  if (state === TRACE_OPEN) return 'open';
  if (state === TRACE_CLOSED) return 'closed';
  if (state !== TRACE_FAILED) throw new LayoutError('a trace in state', state);
  if (failure >= FAILURES.length) throw new LayoutError('a trace with failure', failure);
  return { failed: failure };
}

export const HEALTH_BYTES = 24;

/** `struct health`. */
export function decodeHealth(bytes: Buffer): { folded: number; lost: number; sockets: number } {
  demand('the health', bytes, HEALTH_BYTES);
  return { folded: readUInt64(bytes, 0), lost: readUInt64(bytes, 8), sockets: readUInt64(bytes, 16) };
}

export const PROCESS_KEY_BYTES = 8;

/** `struct process_key`. */
export function encodeProcessKey(pid: number, image: number): Buffer {
  const key = Buffer.alloc(PROCESS_KEY_BYTES);
  key.writeUInt32LE(pid, 0);
  key.writeUInt32LE(image, 4);
  return key;
}

export const PROCESS_BYTES = 360;
const ARGS = 104;

/** `struct process`, without its cgroup. */
export function decodeProcess(bytes: Buffer): ProcessFiles {
  demand('a process', bytes, PROCESS_BYTES);
  const started = readUInt64(bytes, 0) / 1e9;
  const parent = bytes.readUInt32LE(16);
  const length = Math.min(bytes.readUInt32LE(20), PROCESS_BYTES - ARGS);
  const executable = untilZero(bytes.subarray(40, ARGS));
  return {
    comm: untilZero(bytes.subarray(24, 40)),
    ...(executable.length > 0 && { executable }),
    args: argsOf(bytes.subarray(ARGS, ARGS + length)),
    ...(parent > 0 && { parent }),
    started,
  };
}

export const CGROUP_ID_BYTES = 8;

/** The id of a process's cgroup, which is the key of its path. */
export function cgroupIdOf(process: Buffer): Buffer {
  demand('a process', process, PROCESS_BYTES);
  return process.subarray(8, 8 + CGROUP_ID_BYTES);
}

const LEVELS = 10;
const LEVEL_NAME = 96;
export const CGROUP_PATH_BYTES = 8 + LEVELS * LEVEL_NAME;

/** `struct cgroup_path`; undefined where the path is too deep for it, or a name too long. */
export function decodeCgroupPath(bytes: Buffer): Buffer | undefined {
  demand('the path of a cgroup', bytes, CGROUP_PATH_BYTES);
  const levels = bytes.readUInt32LE(0);
  if (levels > LEVELS) throw new LayoutError('the path of a cgroup with levels', levels);
  if (bytes.readUInt32LE(4) === 0) return undefined;
  const names = [...Array(levels).keys()].map((level) =>
    untilZero(bytes.subarray(8 + level * LEVEL_NAME, 8 + (level + 1) * LEVEL_NAME)),
  );
  if (names.some(({ length }) => length >= LEVEL_NAME - 1)) return undefined;
  const parts = names.reverse().flatMap((name) => [Buffer.from('/'), name]);
  return levels === 0 ? Buffer.from('/') : Buffer.concat(parts);
}

/** Arguments that end in a zero byte each; one that was cut short would be another name. */
function argsOf(bytes: Buffer): Buffer[] {
  const args: Buffer[] = [];
  for (let start = 0, end = bytes.indexOf(0); end !== -1; start = end + 1, end = bytes.indexOf(0, start))
    args.push(Buffer.from(bytes.subarray(start, end)));
  return args;
}

/** `struct listener_row`. */
export interface ListenerRow {
  readonly kind: 'listener';
  readonly netns: number;
  readonly pid: number;
  readonly transport: Transport;
  readonly ipv6Only: boolean;
  readonly address: string;
  readonly port: number;
}

/** `struct unix_row`: a listener, or one end of a connection that has a name at either end. */
export interface UnixRow {
  readonly kind: 'unix';
  readonly netns: number;
  readonly pid: number;
  readonly listens: boolean;
  /** Identities: the same for the same socket or name, and never to be shown. */
  readonly socket: string;
  readonly peer: string;
  /** An accepted socket has its listener's; empty without a name. */
  readonly nameId: string;
  readonly peerNameId: string;
  readonly inode: number;
  /** As the kernel keeps it: a path, or an abstract name after a zero byte. */
  readonly name: Buffer;
}

const LISTENER = 1;
const UNIX = 2;
const ROW_BYTES: Readonly<Record<number, number>> = { [LISTENER]: 32, [UNIX]: 168 };

/** Decodes the rows of a scan from `bytes`; what is left of an unfinished row is returned. */
export function decodeRows(bytes: Buffer, into: (ListenerRow | UnixRow)[]): Buffer {
  let offset = 0;
  while (offset + 2 <= bytes.length) {
    const kind = bytes.readUInt16LE(offset);
    const length = ROW_BYTES[kind];
    if (length === undefined) throw new LayoutError('a row of kind', kind);
    if (offset + length > bytes.length) break;
    const row = bytes.subarray(offset, offset + length);
    into.push(kind === LISTENER ? decodeListener(row) : decodeUnix(row));
    offset += length;
  }
  return bytes.subarray(offset);
}

function decodeListener(row: Buffer): ListenerRow {
  return {
    kind: 'listener',
    port: row.readUInt16LE(2),
    netns: row.readUInt32LE(4),
    pid: row.readUInt32LE(8),
    transport: transportOf(row.readUInt8(12)),
    ipv6Only: row.readUInt8(13) !== 0,
    address: formatIpv6(row, 16),
  };
}

function decodeUnix(row: Buffer): UnixRow {
  const identity = (offset: number) => {
    const hex = row.toString('hex', offset, offset + 8);
    return hex === '0000000000000000' ? '' : hex;
  };
  return {
    kind: 'unix',
    netns: row.readUInt32LE(4),
    pid: row.readUInt32LE(8),
    listens: row.readUInt32LE(12) !== 0,
    socket: identity(16),
    peer: identity(24),
    nameId: identity(32),
    peerNameId: identity(40),
    inode: readUInt64(row, 48),
    name: nameOf(row.subarray(56, 56 + Math.min(row.readUInt16LE(2), 108))),
  };
}

/** The kernel keeps a path with the zero byte at its end; an abstract name has as many as it likes. */
function nameOf(bytes: Buffer): Buffer {
  return bytes[0] === 0 ? Buffer.from(bytes) : untilZero(bytes);
}

export const UNIX_CONNECT_KEY_BYTES = 128;
export const UNIX_COUNT_BYTES = 8;

/** `struct unix_connect_key` and how often. */
export interface UnixConnects {
  readonly netns: number;
  readonly pid: number;
  readonly image: number;
  /** A path, or an abstract name after a zero byte. */
  readonly name: Buffer;
  readonly count: number;
}

export function decodeUnixConnects(key: Buffer, value: Buffer): UnixConnects {
  demand('a call of connect(2)', key, UNIX_CONNECT_KEY_BYTES);
  demand('a count', value, UNIX_COUNT_BYTES);
  const length = Math.min(key.readUInt32LE(12), UNIX_CONNECT_KEY_BYTES - 16);
  return {
    netns: key.readUInt32LE(0),
    pid: key.readUInt32LE(4),
    image: key.readUInt32LE(8),
    name: Buffer.from(key.subarray(16, 16 + length)),
    count: readUInt64(value, 0),
  };
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

/** Undefined where all are 0. */
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

/** Exact up to 2^53; cheaper than a BigInt per count. */
function readUInt64(bytes: Buffer, offset: number): number {
  return bytes.readUInt32LE(offset) + bytes.readUInt32LE(offset + 4) * 2 ** 32;
}

function untilZero(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return Buffer.from(end === -1 ? bytes : bytes.subarray(0, end));
}
