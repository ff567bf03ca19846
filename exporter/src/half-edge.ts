import type { Flow } from './aggregate/fold.ts';
import type { Listener, Transport } from './capture/capture.ts';
import type { Identity } from './identify/identify.ts';
import { ANY_IPV6, isIpv6, isWildcard } from './net/address.ts';

/** How well an end is known: how its name was found. */
export type EndKind = 'process' | 'unknown';

/** One end of a dependency. What is not known is absent. */
export interface End {
  readonly address: string;
  readonly host?: string;
  readonly service?: string;
  readonly process?: string;
  readonly pid?: number;
  readonly kind: EndKind;
}

/** A dependency as this host sees it in one pass: complete at its own end, an address at the other. */
export interface HalfEdge {
  readonly flow: Flow;
  /** The end that asks. */
  src: End;
  /** The end that listens. */
  dst: End;
}

/** A service that listens. */
export interface Listening {
  readonly netns: number;
  readonly transport: Transport;
  readonly port: number;
  readonly dst: End;
}

/** Puts a flow's two ends in their places: the source asks, the destination listens, whoever observes. */
export function toHalfEdge(flow: Flow, own: Identity | undefined, host: string): HalfEdge {
  const near = ownEnd(flow.localAddress, own, host);
  const far: End = { address: flow.remoteAddress, kind: 'unknown' };
  return flow.direction === 'outbound' ? { flow, src: near, dst: far } : { flow, src: far, dst: near };
}

/**
 * One for the address a listener is bound to and, when that is every address, one for each of `addresses` at
 * which its namespace can be reached.
 */
export function toListening(
  { netns, transport, address, port, ipv6Only }: Listener,
  addresses: readonly string[],
  own: Identity | undefined,
  host: string,
): Listening[] {
  const reachable = isWildcard(address)
    ? addresses.filter((other) => (isIpv6(other) ? address === ANY_IPV6 : !ipv6Only))
    : [];
  return [address, ...reachable].map((at) => ({ netns, transport, port, dst: ownEnd(at, own, host) }));
}

function ownEnd(address: string, identity: Identity | undefined, host: string): End {
  return identity ? { address, host, ...identity, kind: 'process' } : { address, host, kind: 'unknown' };
}
