/**
 * What every source of observations has in common. A capture reads the kernel; it names nothing and keeps no
 * history beyond what it needs to tell one connection from the next.
 */

import type { ProcessFiles } from '../proc/process.ts';

export type CaptureName = 'ebpf' | 'sockdiag' | 'procfs';
export type Transport = 'tcp' | 'udp' | 'unix';

/**
 * Seen from the observing host: its process asks (`outbound`) or listens (`inbound`). `unknown` where the kernel
 * does not tell, as of two UDP sockets that both chose their ports: it is never guessed.
 */
export type Direction = 'outbound' | 'inbound' | 'unknown';

/** The counts that a capture may give of an observation, beyond connections. */
export const TRAFFIC_COUNTS = ['transmittedBytes', 'receivedBytes', 'retransmits'] as const;

/** Why a connection was never established, as `error.type` tells it; `cancelled` by the one who asked. */
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
 * Upper bounds of the set-up time's buckets in seconds; the last bucket has none. A SYN is first sent again after
 * 1 s, then after 3 s and 7 s (RFC 6298): past 0.5 s each bucket is one more loss. None is a whole number, which
 * a Prometheus that scrapes writes otherwise (`le="2.0"`) than one that is pushed to.
 */
export const SETUP_BOUNDS = [0.001, 0.005, 0.025, 0.1, 0.5, 1.5, 3.5] as const;

/** Set-up times: how many fell into each bucket (not cumulative over the bounds), and their sum in seconds. */
export interface SetupTimes {
  readonly counts: readonly number[];
  readonly sum: number;
}

/**
 * What a capture saw of one socket, or of many that differ only in the ephemeral port. Counts are cumulative
 * over the life of `id` and leave out what happened before the capture began, so that an exporter that starts
 * anew counts nothing twice. A count that the source cannot give is absent.
 */
export interface Observation {
  /** The same in every pass while it is the same connection (or record), and never used for another. */
  readonly id: string;
  /** Inode of the network namespace. */
  readonly netns: number;
  readonly transport: Transport;
  readonly direction: Direction;
  /** IP address; empty for `unix`. */
  readonly localAddress: string;
  /** IP address; for `unix` the path of the destination's socket, or its abstract name after an `@`. */
  readonly remoteAddress: string;
  /** The address that its process has asked for, where this host sends it on to `remoteAddress`. */
  readonly originalAddress?: string;
  /** The port on which the destination listens; where the direction is unknown, the own one; 0 for `unix`. */
  readonly port: number;
  /** The port of the end that asks, where this is one connection alone. */
  readonly clientPort?: number;
  /** The process that holds the own end; absent when it is gone or may not be looked at. */
  readonly pid: number | undefined;
  /**
   * Tells the process from another that has had its pid, or from itself before it called execve(2); absent where
   * the capture did not see it act. For `Reading.processOf`.
   */
  readonly image?: number | undefined;
  /** The process at the other end, where the capture has seen it on this very host. */
  readonly remotePid?: number;
  /** Many dependencies in one, told apart no more because there were too many: its addresses mean nothing. */
  readonly folded?: true;
  /** Connections open now. */
  readonly open: number;
  /** Connections opened since the capture began, the open ones included. */
  readonly opened: number;
  readonly transmittedBytes?: number;
  readonly receivedBytes?: number;
  readonly retransmits?: number;
  /** Smoothed round-trip time in seconds, the mean of the open connections. */
  readonly rtt?: number;
  /** Connections that were asked for and never established, by `FAILURES`. */
  readonly failed?: readonly number[];
  /** How long connections took from the question to being established. */
  readonly setup?: SetupTimes;
}

/** A socket that listens (TCP) or is bound to a port and takes from anyone (UDP). */
export interface Listener {
  readonly netns: number;
  readonly transport: Transport;
  readonly address: string;
  readonly port: number;
  readonly pid: number | undefined;
  /** Whether it listens on `::` and yet gets no IPv4, by its own choice or because another listener does. */
  readonly ipv6Only: boolean;
}

/** One look at the whole host. */
export interface Reading {
  readonly observations: readonly Observation[];
  readonly listeners: readonly Listener[];
  /** Sockets read, listeners included. */
  readonly sockets: number;
  readonly namespaces: readonly NamespaceReading[];
  /** Processes that this one may not look into: their sockets are seen, their names are not. */
  readonly hiddenProcesses: number;
  /** How the kernel's table of dependencies fares, where the capture keeps one. */
  readonly table?: TableHealth;
  /** What the capture itself kept of a process, for those that have ended since. */
  readonly processOf?: (pid: number, image: number | undefined) => ProcessFiles | undefined;
  /**
   * What it remembers of a recent connection, where it tells many as one. It remembers connections only as long as it
   * is asked for some now and then, and not all where there are too many.
   */
  readonly traceOf?: (end: ConnectionTuple) => Trace | undefined;
}

/** One connection, as the socket at one of its ends has it. */
export interface ConnectionTuple {
  readonly transport: Transport;
  readonly direction: Exclude<Direction, 'unknown'>;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** What a capture that tells many connections as one remembers of a single one. */
export interface Trace {
  readonly netns: number;
  readonly pid: number;
  readonly image: number | undefined;
  /** That of the socket, which may be a wildcard where its transport is UDP. */
  readonly localAddress: string;
  /** Open, or no more; or it was never established, for the reason at this place of `FAILURES`. */
  readonly state: 'open' | 'closed' | { readonly failed: number };
  /** Whether it was opened since the capture began, and so is in the counts. */
  readonly counted: boolean;
}

/** A table that the kernel fills and this program reads. Nothing it could not keep is lost in silence. */
export interface TableHealth {
  readonly used: number;
  readonly size: number;
  /** Connections counted on a `folded` record because the table was full, since the capture began. */
  readonly folded: number;
  /** Kernel events that the capture's program did not get to see, since it began; reconciled by later ones. */
  readonly missed: number;
}

/** One network namespace in a pass. */
export interface NamespaceReading {
  readonly netns: number;
  /** A process that lives in it: the way to its files under `/proc/PID/net`. */
  readonly pid: number;
  /** Why its sockets are missing from the pass, when they are. */
  readonly skipped?: string;
}

/** The namespaces that a pass could not look into. */
export function skippedNamespaces({ namespaces }: Pick<Reading, 'namespaces'>): NamespaceReading[] {
  return namespaces.filter(({ skipped }) => skipped !== undefined);
}

export interface Capture {
  readonly name: CaptureName;
  /** How often it had to be started anew, where it is one that can be. */
  readonly restarts?: number;
  /** Reads the host once. Rejects only when nothing at all could be read. */
  read(): Promise<Reading>;
  close(): void;
}
