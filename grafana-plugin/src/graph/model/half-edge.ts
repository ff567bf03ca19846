/** The labels of one endpoint of a half-edge; '' means not known. */
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

/** `unknown`: the kernel did not report the direction, and it is not guessed. */
export type Direction = 'outbound' | 'inbound' | 'unknown';

/** The figures of an edge in the range, as one endpoint observed them; transmit and receive are from its side. */
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

/** An edge as one host reports it. The local endpoint is `src` if outbound, else `dst`; the port is that of `dst`. */
export interface HalfEdge {
  readonly direction: Direction;
  readonly transport: string;
  /** '' for Unix sockets, and where many dependencies are folded into one. */
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

/** The host that reported the half-edge. */
export const reporterOf = (half: HalfEdge): string =>
  half.direction === 'outbound' ? half.src.host : half.dst.host;

/** The endpoint that did not report the half-edge. */
export const remoteOf = ({ direction, src, dst }: HalfEdge): Endpoint =>
  direction === 'outbound' ? dst : src;
