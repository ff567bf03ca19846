import type { Transport } from '../capture/capture.ts';
import type { Endpoint, ServiceListener } from '../half-edge.ts';
import { ANY_IPV4, ANY_IPV6, isIpv6 } from '../net/address.ts';

/** The service that takes what comes to an address and port of a network namespace; undefined where none does. */
export type ListenerAt = (
  netns: number,
  transport: Transport,
  port: number,
  address: string,
) => Endpoint | undefined;

export function listenersByPlace(serviceListeners: readonly ServiceListener[]): ListenerAt {
  const byPlace = new Map<string, Endpoint>();
  for (const { netns, transport, port, dst } of serviceListeners)
    byPlace.set(keyOf(netns, transport, port, dst.address), dst);

  return (netns, transport, port, address) =>
    [address, ...wildcardsFor(address)]
      .map((place) => byPlace.get(keyOf(netns, transport, port, place)))
      .find((end) => end !== undefined);
}

/** A dual-stack listener on `::` takes IPv4 too. */
function wildcardsFor(address: string): string[] {
  return isIpv6(address) ? [ANY_IPV6] : [ANY_IPV4, ANY_IPV6];
}

function keyOf(netns: number, transport: Transport, port: number, address: string): string {
  return `${netns} ${transport} ${port} ${address}`;
}
