import type { Flow } from '../../aggregate/fold.ts';
import type { Listener, Observation, Reading } from '../../capture/capture.ts';
import type { Conntrack, TrackedConnection } from '../../conntrack/conntrack.ts';
import type { SelfMetrics } from '../../metrics/self-metrics.ts';
import { isLoopback } from '../../net/address.ts';
import { createActiveNamespaces } from './active-namespaces.ts';
import { createConnectionTranslator } from './connection-translator.ts';
import { createFlowTranslator } from './flow-translator.ts';
import { createPublishedListeners, type HostAddresses } from './published-listeners.ts';
import { translationsOf } from './translation.ts';

/** The addresses of a network namespace, loopback left out. */
export type AddressesAt = (netns: number) => readonly string[];

/**
 * The stages that undo this host's network address translation (NAT). `now` is in ms since any time. Without
 * connection tracking they return what they are given.
 */
export interface Nat {
  /** Reads which connections have been translated since the last cycle. Comes after the capture, before the others. */
  learn(reading: Reading, addressesAt: AddressesAt, now: number): void;
  /** Replaces the addresses of translated connections, if the capture reports connections one by one. */
  translateObservations(observations: readonly Observation[], now: number): readonly Observation[];
  /** Likewise for a capture that reports many connections as one: a flow may be split between several servers. */
  translateFlows(
    flows: readonly Flow[],
    traces: Reading['traces'],
    addressesAt: AddressesAt,
    now: number,
  ): readonly Flow[];
  /** Listeners under the translated addresses and ports through which they are reached. */
  publishedListeners(listeners: readonly Listener[], addressesAt: AddressesAt, now: number): Listener[];
}

export function createNat(conntrack: Conntrack | undefined, self: SelfMetrics): Nat {
  const connections = createConnectionTranslator();
  const flows = createFlowTranslator();
  const published = createPublishedListeners();
  const activeNamespaces = createActiveNamespaces();
  /** What the last cycle has read, for connections that are translated in several network namespaces in turn. */
  let earlier: readonly TrackedConnection[] = [];
  /**
   * Connections of the last cycle of which neither endpoint, or only the server, seemed to be on this host: the
   * network namespace of an endpoint may have been too new to be known.
   */
  let withoutLocalEndpoint: readonly TrackedConnection[] = [];
  let withoutLocalClient: readonly TrackedConnection[] = [];

  return {
    learn(reading, addressesAt, now) {
      if (!conntrack) return;
      const active = activeNamespaces(reading.observations);
      const { connections: begun, overruns, namespaces } = conntrack.read(reading.namespaces, active);
      const host = hostAddressesOf(reading, addressesAt);
      const { isLocal } = host;
      const hasNoLocalEndpoint = ({ original, reply }: TrackedConnection) =>
        !isLocal(original.src) && !isLocal(reply.src);
      const hasOnlyLocalServer = ({ original, reply }: TrackedConnection) =>
        !isLocal(original.src) && isLocal(reply.src);
      const late = [
        ...withoutLocalEndpoint,
        ...withoutLocalClient.filter(({ original }) => isLocal(original.src)),
      ];
      const translations = translationsOf(begun, isLocal, earlier, late);
      withoutLocalEndpoint = begun.filter(hasNoLocalEndpoint);
      withoutLocalClient = begun.filter(hasOnlyLocalServer);
      earlier = namespaces > 1 ? begun.filter((connection) => !hasNoLocalEndpoint(connection)) : [];
      (reading.traces ? flows : connections).learn(translations, now);
      published.learn(begun, host, now);
      self.add('natConnections', translations.length);
      self.add('natOverruns', overruns);
      self.set('natDropped', connections.dropped + flows.dropped);
      self.set('natNamespaces', namespaces);
    },
    translateObservations: (observations, now) =>
      observations.map((observation) => connections.translate(observation, now)),
    translateFlows(untranslated, traces, addressesAt, now) {
      if (!conntrack || !traces) return untranslated;
      const translated = flows.translate(untranslated, traces, addressesAt, now);
      for (const [reason, count] of Object.entries(flows.unattributed))
        self.set('natUnattributed', count, { reason });
      return translated;
    },
    publishedListeners: (listeners, addressesAt, now) => published.find(listeners, addressesAt, now),
  };
}

/**
 * Recognizes the addresses of this host: those of its network namespaces, and of sockets in namespaces whose addresses
 * cannot be read.
 */
function hostAddressesOf({ namespaces, observations }: Reading, addressesAt: AddressesAt): HostAddresses {
  let all: ReadonlySet<string> | undefined;
  const byNamespace = new Map<number, ReadonlySet<string>>();

  function readAddressesAt(netns: number): ReadonlySet<string> {
    const addresses = addressesAt(netns);
    if (addresses.length > 0) return new Set(addresses);
    const inNamespace = observations.filter((observation) => observation.netns === netns);
    return new Set(inNamespace.map(({ localAddress }) => localAddress));
  }

  return {
    isLocal(address) {
      all ??= new Set([
        ...namespaces.flatMap(({ netns }) => addressesAt(netns)),
        ...observations.map(({ localAddress }) => localAddress),
      ]);
      return all.has(address) || isLoopback(address);
    },
    // Called for each translated connection, and a node may have an address for each virtual one.
    has(netns, address) {
      const addresses = byNamespace.get(netns) ?? readAddressesAt(netns);
      byNamespace.set(netns, addresses);
      return addresses.has(address);
    },
  };
}
