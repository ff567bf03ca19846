/**
 * What every source of observations has in common. A capture reads the kernel; it names nothing and keeps no
 * history beyond what it needs to tell one connection from the next.
 */

export type CaptureName = 'sockdiag' | 'procfs';
export type Transport = 'tcp' | 'udp' | 'unix';

/** Seen from the observing host: its process asks (`outbound`) or listens (`inbound`). */
export type Direction = 'outbound' | 'inbound';

/** The counts that a capture may give of an observation, beyond connections. */
export const TRAFFIC_COUNTS = ['transmittedBytes', 'receivedBytes', 'retransmits'] as const;

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
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** The port on which the destination listens. */
  readonly port: number;
  /** The process that holds the own end; absent when it is gone or may not be looked at. */
  readonly pid: number | undefined;
  /** Connections open now. */
  readonly open: number;
  /** Connections opened since the capture began, the open ones included. */
  readonly opened: number;
  readonly transmittedBytes?: number;
  readonly receivedBytes?: number;
  readonly retransmits?: number;
  /** Smoothed round-trip time in seconds. */
  readonly rtt?: number;
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
export interface Pass {
  readonly observations: readonly Observation[];
  readonly listeners: readonly Listener[];
  /** Sockets read, listeners included. */
  readonly sockets: number;
  readonly namespaces: readonly NamespaceReading[];
  /** Processes that this one may not look into: their sockets are seen, their names are not. */
  readonly hiddenProcesses: number;
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
export function skippedNamespaces({ namespaces }: Pick<Pass, 'namespaces'>): NamespaceReading[] {
  return namespaces.filter(({ skipped }) => skipped !== undefined);
}

export interface Capture {
  readonly name: CaptureName;
  /** Reads the host once. Rejects only when nothing at all could be read. */
  read(): Promise<Pass>;
  close(): void;
}
