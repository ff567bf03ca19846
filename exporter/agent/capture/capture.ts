/**
 * The interface of all captures. A capture reads the kernel's sockets; it does not name processes, and keeps no more
 * history than it needs to identify connections.
 */

import type { ProcessFiles } from '../proc/process.ts';

export type CaptureName = 'ebpf' | 'sockdiag' | 'procfs';
export type Transport = 'tcp' | 'udp' | 'unix';

/**
 * From the view of the observing host: its process connects (`outbound`) or accepts (`inbound`). `unknown` where the
 * kernel does not record it, as for two UDP sockets that both chose their ports: it is never guessed.
 */
export type Direction = 'outbound' | 'inbound' | 'unknown';

/** The optional counters of an observation. */
export const TRAFFIC_COUNTS = ['transmittedBytes', 'receivedBytes', 'retransmits'] as const;

/** Why a connection was never established. `cancelled` is by the client. */
export const FAILURES = [
  'refused',
  'timeout',
  'reset',
  'host_unreachable',
  'net_unreachable',
  'cancelled',
  'other',
] as const;

/**
 * The values of `error.type`. After a `fallback` the client reached the same destination at another of its addresses, as
 * with the two of `localhost`.
 */
export const ERROR_TYPES = [...FAILURES, 'fallback'] as const;

/**
 * Upper bounds of the buckets of setup times in seconds; the last bucket has none. A SYN is retransmitted after 1 s,
 * then after 3 s and 7 s (RFC 6298): above 0.5 s each bucket is one more loss. No bound is a whole number, which
 * Prometheus formats differently when it scrapes (`le="2.0"`) than when it receives OTLP.
 */
export const SETUP_BOUNDS = [0.001, 0.005, 0.025, 0.1, 0.5, 1.5, 3.5] as const;

/** Setup times: the count of each bucket (not cumulative), and their sum in seconds. */
export interface SetupTimes {
  readonly counts: readonly number[];
  readonly sum: number;
}

/**
 * A socket, or all sockets that differ only in the ephemeral port. Counters are cumulative over the life of `id` and
 * exclude what happened before the capture started, so that a restarted exporter counts nothing twice. A counter that
 * the source does not support is absent.
 */
export interface Observation {
  /** Stable over readings for the same connection (or record), and never reused. */
  readonly id: string;
  /** Inode of the network namespace. */
  readonly netns: number;
  readonly transport: Transport;
  readonly direction: Direction;
  /** IP address; empty for `unix`. */
  readonly localAddress: string;
  /** IP address; for `unix` the path of the server's socket, or its abstract name after an `@`. */
  readonly remoteAddress: string;
  /** The original destination address, where this host translates it to `remoteAddress`. */
  readonly originalAddress?: string;
  /** The port of the server; if the direction is unknown, the local port; 0 for `unix`. */
  readonly port: number;
  /** The port of the client, if this is a single connection. */
  readonly clientPort?: number;
  /** The process of the local endpoint; undefined if it has ended or cannot be inspected. */
  readonly pid: number | undefined;
  /**
   * Distinguishes the process from others that had the same pid, and from itself before execve(2); absent if the capture
   * did not see the process act. For `Reading.processOf`.
   */
  readonly image?: number | undefined;
  /** The process of the remote endpoint, if the capture has seen it on this host. */
  readonly remotePid?: number;
  /** Many dependencies folded into one because of a limit: its addresses are meaningless. */
  readonly folded?: true;
  /** Connections open now. */
  readonly open: number;
  /** Connections opened since the capture started, including open ones. */
  readonly opened: number;
  readonly transmittedBytes?: number;
  readonly receivedBytes?: number;
  readonly retransmits?: number;
  /** Smoothed round-trip time in seconds, the mean of the open connections. */
  readonly rtt?: number;
  /** Connection attempts that were never established, by `FAILURES`. */
  readonly failed?: readonly number[];
  /** Times from connect() to ESTABLISHED. */
  readonly setup?: SetupTimes;
}

/** A socket that listens (TCP, Unix), or is bound to a port and has no peer (UDP). */
export interface Listener {
  readonly netns: number;
  readonly transport: Transport;
  readonly address: string;
  readonly port: number;
  readonly pid: number | undefined;
  /** Whether it listens on `::` but gets no IPv4, by IPV6_V6ONLY or because another listener does. */
  readonly ipv6Only: boolean;
}

/** The data of one collection cycle: all sockets of the host. */
export interface Reading {
  readonly observations: readonly Observation[];
  readonly listeners: readonly Listener[];
  /** Sockets read, listeners included. */
  readonly sockets: number;
  readonly namespaces: readonly NamespaceReading[];
  /** Processes that the agent cannot inspect: their sockets are visible, their names are not. */
  readonly hiddenProcesses: number;
  /** The state of the kernel's table of dependencies, if the capture has one. */
  readonly table?: TableHealth;
  /** A process as recorded by the capture, which might have ended since. */
  readonly processOf?: (pid: number, image: number | undefined) => ProcessFiles | undefined;
  /** Traces of single connections, for captures that aggregate connections. */
  readonly traces?: TraceReading;
}

/** A connection, as seen from the socket of one endpoint. */
export interface ConnectionTuple {
  readonly transport: Transport;
  readonly direction: Exclude<Direction, 'unknown'>;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** A connection that has begun, or has failed to. The local address can be a wildcard for UDP. */
export interface Trace extends Omit<ConnectionTuple, 'direction'> {
  /** Distinguishes it from all others in the same log. */
  readonly connection: number;
  readonly direction: Direction;
  readonly netns: number;
  readonly pid: number | undefined;
  readonly image: number | undefined;
  /**
   * `passed` is counted as opened, but never as open: a UDP conversation. `failed` is an index into `FAILURES`, for a
   * connection that was never established.
   */
  readonly state: 'open' | 'passed' | { readonly failed: number };
  /** Whether it was opened since the capture started, and so is in the counters. */
  readonly counted: boolean;
  /** Whether it is counted on a `folded` record. */
  readonly folded: boolean;
}

/** Receives traces in the order in which they were recorded. */
export interface TraceVisitor {
  /** Whether to decode a connection with these ports. */
  isWanted(localPort: number, remotePort: number): boolean;
  begun(trace: Trace): void;
  /** A connection is no longer open; all closed ones, wanted or not. */
  closed(connection: number): void;
  /** Traces were overwritten before they could be read. */
  lost(): void;
}

/** Traces of single connections, numbered from 1. Only the latest are kept. */
export interface TraceLog {
  /** Visits those with a number above `after`, up to `upTo`. */
  visit(after: number, upTo: number, visitor: TraceVisitor): void;
}

/** The log of a capture, the same object until the capture restarts. */
export interface TraceReading {
  readonly log: TraceLog;
  /** The last trace when the counters had been read: all counted connections have an earlier one. */
  readonly upTo: number;
  /** Whether connections are traced by now: from the first one on that may be translated. */
  readonly isTracing: boolean;
}

/** A table that the kernel program fills and the agent reads. Everything that it could not store is counted. */
export interface TableHealth {
  readonly used: number;
  readonly size: number;
  /** Connections counted on a `folded` record since the capture started, because the table was full. */
  readonly folded: number;
  /** Kernel events that the kernel program missed since the capture started; later socket scans reconcile them. */
  readonly missed: number;
}

/** A network namespace in a reading. */
export interface NamespaceReading {
  readonly netns: number;
  /** A process in it, for its files under `/proc/PID/net`. */
  readonly pid: number;
  /** Why its sockets are missing from the reading; absent if they are not. */
  readonly skipped?: string;
}

/** The namespaces that could not be read. */
export function skippedNamespaces({ namespaces }: Pick<Reading, 'namespaces'>): NamespaceReading[] {
  return namespaces.filter(({ skipped }) => skipped !== undefined);
}

export interface Capture {
  readonly name: CaptureName;
  /** How often it was restarted, if it can be. */
  readonly restarts?: number;
  /** Reads the sockets of the host. Rejects only if nothing could be read. */
  read(): Promise<Reading>;
  close(): void;
}
