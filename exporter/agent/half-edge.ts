import type { EndpointKind } from '@musubi/contract/endpoint-kind';
import { isNothing } from './aggregate/counts.ts';
import type { Flow } from './aggregate/fold.ts';
import type { Listener, Transport } from './capture/capture.ts';
import type { ForwarderTarget } from './identify/forwarder-target.ts';
import type { Identity } from './identify/identify.ts';
import { ANY_IPV6, isIpv6, isLinkLocal, isLoopback, isWildcard } from './net/address.ts';
import { createListenerIndex, type ListenerIndex, socketKey } from './net/listener-index.ts';

/** The client or the server of a dependency. Unknown fields are absent. */
export interface Endpoint {
  /** IP address, or the name of a Unix socket; '' where there is none. */
  readonly address: string;
  readonly host?: string;
  readonly service?: string;
  readonly process?: string;
  readonly pid?: number;
  readonly site?: string;
  readonly kind: EndpointKind;
  /** Where a port forwarder sends the connections that it accepts. */
  readonly forwardsTo?: ForwarderTarget;
}

/** The service name of the overflow bucket. */
const OTHER = 'other';

/** A dependency as this host sees it in one cycle: the local endpoint in full, the remote one as an address. */
export interface HalfEdge {
  readonly flow: Flow;
  /** The client. */
  readonly src: Endpoint;
  /** The server. */
  readonly dst: Endpoint;
}

/** A service that listens on an address and port. */
export interface ServiceListener {
  readonly netns: number;
  readonly transport: Transport;
  readonly port: number;
  readonly dst: Endpoint;
  /** Whether it listens on `::` and gets no IPv4. */
  readonly ipv6Only: boolean;
  /** Whether the address is translated to the listener's, before the kernel looks for one that is bound to it. */
  readonly isPublished?: true;
  /** Whether it no longer listens, and is kept to name what still connects to it. */
  readonly isLost?: true;
}

/** What is known of this host in one cycle. */
export interface HostEdges {
  readonly halfEdges: readonly HalfEdge[];
  readonly serviceListeners: readonly ServiceListener[];
}

/** The processes at the two endpoints, as far as they are known. */
export interface Identities {
  readonly local?: Identity | undefined;
  readonly remote?: Identity | undefined;
}

/**
 * Makes the source the client and the destination the server, whichever of them was observed. Where the direction is
 * unknown the local endpoint becomes the destination, since the port is the local one.
 */
export function toHalfEdge(flow: Flow, identities: Identities, host: string): HalfEdge {
  const { direction, folded, transport, remotePid } = flow;
  // The one address of a Unix socket is the server's, whichever process was observed.
  const isServersAddress = transport === 'unix' && direction !== 'outbound';
  const localAddress = isServersAddress ? flow.remoteAddress : flow.localAddress;
  const remoteAddress = isServersAddress ? '' : flow.remoteAddress;
  // A process that the capture has seen is on this host, and so are both processes of a Unix socket.
  const isRemoteOnThisHost = remotePid !== undefined || transport === 'unix';

  let local = onThisHost(localAddress, identities.local, host);
  let remote: Endpoint = isRemoteOnThisHost
    ? onThisHost(remoteAddress, identities.remote, host)
    : { address: remoteAddress, kind: 'unknown' };
  if (folded) {
    if (!identities.local) local = { ...local, service: OTHER };
    remote = { address: '', service: OTHER, kind: 'unknown' };
  }
  return direction === 'outbound' ? { flow, src: local, dst: remote } : { flow, src: remote, dst: local };
}

/** Whether connections were attempted in this cycle, all in vain, and none was used. */
export function hasFailedOnly({ failed, ...others }: Flow): boolean {
  return failed !== undefined && others.open === 0 && isNothing(others);
}

/** The endpoint of the observed process. */
export function localEndpoint({ flow, src, dst }: HalfEdge): Endpoint {
  return flow.direction === 'outbound' ? src : dst;
}

/** The endpoint on the other side. */
export function remoteEndpoint({ flow, src, dst }: HalfEdge): Endpoint {
  return flow.direction === 'outbound' ? dst : src;
}

/** A copy with another remote endpoint. */
export function withRemoteEndpoint({ flow, src, dst }: HalfEdge, remote: Endpoint): HalfEdge {
  return flow.direction === 'outbound' ? { flow, src, dst: remote } : { flow, src: remote, dst };
}

/**
 * Without those bound to an address that their network namespace does not have: IP_FREEBIND allows it, for one that may
 * move here from another host. Loopback and link-local addresses are not among those of `addressesAt`.
 */
export function withoutForeignListeners(
  listeners: readonly Listener[],
  addressesAt: (netns: number) => readonly string[],
): readonly Listener[] {
  return listeners.filter(({ netns, transport, address }) => {
    if (transport === 'unix' || isWildcard(address) || isLoopback(address) || isLinkLocal(address))
      return true;
    const addresses = addressesAt(netns);
    return addresses.length === 0 || addresses.includes(address);
  });
}

/**
 * One for the address a listener is bound to and, if that is a wildcard, one for each of `addresses` at which its
 * network namespace can be reached.
 */
export function toServiceListeners(
  { netns, transport, address, port, ipv6Only }: Listener,
  addresses: readonly string[],
  identity: Identity | undefined,
  host: string,
): ServiceListener[] {
  const reachable = isWildcard(address)
    ? addresses.filter((candidate) => (isIpv6(candidate) ? address === ANY_IPV6 : !ipv6Only))
    : [];
  return [address, ...reachable].map((at) => ({
    ...{ netns, transport, port, ipv6Only },
    dst: onThisHost(at, identity, host),
  }));
}

/** A lost listener is found only where no other listens. */
export function indexServices(listeners: readonly ServiceListener[]): ListenerIndex<ServiceListener> {
  const index = (some: readonly ServiceListener[]) =>
    createListenerIndex(
      some,
      ({ dst: { address }, ...listener }) => ({ ...listener, address }),
      mergeServices,
    );
  const current = index(listeners.filter(({ isLost }) => !isLost));
  const lost = index(listeners.filter(({ isLost }) => isLost));
  return { find: (target) => current.find(target) ?? lost.find(target) };
}

/**
 * What is certain of the server behind an address where several listen (SO_REUSEPORT): the service if it is the same one,
 * and the process likewise.
 */
export function mergeServices(group: readonly [ServiceListener, ...ServiceListener[]]): ServiceListener {
  const published = group.filter(({ isPublished }) => isPublished);
  const [first = group[0], ...others] = published.length > 0 ? published : group;
  const { address, host, site, service } = first.dst;
  const unnamed: Endpoint = {
    ...{ address, kind: 'unknown' },
    ...(host !== undefined && { host }),
    ...(site !== undefined && { site }),
  };
  if (others.some(({ dst }) => dst.service !== service || dst.site !== site))
    return { ...first, dst: unnamed };
  const { pid, ...shared } = first.dst;
  return others.every(({ dst }) => dst.pid === pid) ? first : { ...first, dst: shared };
}

/**
 * The addresses at which a listener on all addresses can be reached: not those to which another one is bound, which
 * takes precedence.
 */
export function createReachableAddresses(
  listeners: readonly Listener[],
  addressesAt: (netns: number) => readonly string[],
): (listener: Listener) => readonly string[] {
  const bound = new Set(listeners.map(socketKey));
  return ({ netns, transport, port }) =>
    addressesAt(netns).filter((address) => !bound.has(socketKey({ netns, transport, port, address })));
}

function onThisHost(address: string, identity: Identity | undefined, host: string): Endpoint {
  return identity ? { address, host, ...identity } : { address, host, kind: 'unknown' };
}
