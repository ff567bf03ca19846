/** What a half-edge's labels tell of one end. '' is "not known". */
export interface Endpoint {
  readonly service: string;
  readonly process: string;
  readonly pid: string;
  readonly host: string;
  /** IP address, or the name of a Unix socket. */
  readonly address: string;
  readonly kind: string;
  readonly site: string;
}

/** `unknown`: the kernel did not tell, and nothing is guessed. */
export type Direction = 'outbound' | 'inbound' | 'unknown';

/** The figures of an edge in the range, as one end saw them. Transmit and receive are the observing end's. */
export interface Figures {
  /** Connections opened in the range. */
  opened?: number;
  /** Connections that failed in the range. */
  failed?: number;
  /** Bytes in the range. */
  transmit?: number;
  receive?: number;
  /** Connections open at the end of the range. */
  open?: number;
  /** Smoothed round-trip time in seconds. */
  rtt?: number;
  /** Unix time in seconds. */
  lastSeen?: number;
}

/** An edge as one host reports it. Its own end is `src` when outbound, else `dst`; the port is that of `dst`. */
export interface HalfEdge {
  readonly direction: Direction;
  readonly transport: string;
  /** '' where there is none: on Unix sockets, and where many dependencies are one. */
  readonly port: string;
  readonly src: Endpoint;
  readonly dst: Endpoint;
  readonly figures: Figures;
}

/** A service that listens on one concrete address and port. */
export interface Listener {
  readonly transport: string;
  readonly port: string;
  readonly endpoint: Endpoint;
}

/** The host that reported the half. */
export const reporterOf = (half: HalfEdge): string =>
  half.direction === 'outbound' ? half.src.host : half.dst.host;
