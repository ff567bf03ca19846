import type { EndKind } from '@musubi/contract/end-kind';
import type { Flow } from './aggregate/fold.ts';
import type { Listener, Transport } from './capture/capture.ts';
import type { Identity } from './identify/identify.ts';
import { ANY_IPV6, isIpv6, isWildcard } from './net/address.ts';
import type { RelayTarget } from './resolve/relay-target.ts';

/** One end of a dependency. What is not known is absent. */
export interface End {
  /** IP address, or the name of a Unix socket; '' where there is none. */
  readonly address: string;
  readonly host?: string;
  readonly service?: string;
  readonly process?: string;
  readonly pid?: number;
  readonly site?: string;
  readonly kind: EndKind;
  /** Where it hands on what comes to it, for a relay. */
  readonly relay?: RelayTarget;
}

/** The service that stands for many. */
const OTHER = 'other';

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

/** Who the processes at the two ends are, as far as they are known. */
export interface Identities {
  readonly own?: Identity | undefined;
  readonly far?: Identity | undefined;
}

/**
 * Puts a flow's two ends in their places: the source asks, the destination listens, whoever observes. Where the
 * direction is unknown the own end stands in the destination's place, since the port is its own.
 */
export function toHalfEdge(flow: Flow, { own, far }: Identities, host: string): HalfEdge {
  const { direction, folded, transport, localAddress, remoteAddress, remotePid } = flow;
  // The one address of a Unix socket is the destination's, whichever end observes.
  const isOfOwn = transport === 'unix' && direction !== 'outbound';
  const [ownAddress, farAddress] = isOfOwn ? [remoteAddress, ''] : [localAddress, remoteAddress];
  // A process that was seen is on this host, and so are both ends of a Unix socket.
  const isFarHere = remotePid !== undefined || transport === 'unix';

  let near = endHere(ownAddress, own, host);
  let other: End = isFarHere ? endHere(farAddress, far, host) : { address: farAddress, kind: 'unknown' };
  if (folded) {
    if (!own) near = { ...near, service: OTHER };
    other = { address: '', service: OTHER, kind: 'unknown' };
  }
  return direction === 'outbound' ? { flow, src: near, dst: other } : { flow, src: other, dst: near };
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
  return [address, ...reachable].map((at) => ({ netns, transport, port, dst: endHere(at, own, host) }));
}

/** An end on this host. */
function endHere(address: string, identity: Identity | undefined, host: string): End {
  return identity ? { address, host, ...identity } : { address, host, kind: 'unknown' };
}
