import type { Flow } from '../../aggregate/fold.ts';
import type { Listener, Observation, Pass } from '../../capture/capture.ts';
import type { Conntrack } from '../../conntrack/conntrack.ts';
import type { SelfMetrics } from '../../metrics/self-metrics.ts';
import { isLoopback } from '../../net/address.ts';
import { createPublished } from './published.ts';
import { createTranslateConnections } from './translate-connections.ts';
import { createTranslateFlows } from './translate-flows.ts';
import { translationsOf } from './translation.ts';

/** Sees through address translation (NAT) that this host does. */
export interface Nat {
  /** Learns which connections of this pass are translated. To be called after the pass was read. */
  learn(pass: Pass, addressesAt: (netns: number) => readonly string[]): void;
  /** What was observed of one connection, at its place. */
  observation(seen: Observation): Observation;
  /** The flows of the pass, each part at its place. */
  flows(flows: readonly Flow[]): readonly Flow[];
  /** The listeners of the pass, and once more at the addresses that lead to them. */
  listeners(): readonly Listener[];
}

/** `uptime` is in ms. Without `conntrack` everything stays as it is. */
export function createNat(conntrack: Conntrack | undefined, self: SelfMetrics, uptime: () => number): Nat {
  const single = createTranslateConnections();
  const many = createTranslateFlows();
  const published = createPublished();
  let pass: Pass = { observations: [], listeners: [], sockets: 0, namespaces: [], hiddenProcesses: 0 };
  let addressesAt: (netns: number) => readonly string[] = () => [];
  let now = uptime();

  return {
    learn(next, addresses) {
      pass = next;
      addressesAt = addresses;
      now = uptime();
      if (!conntrack) return;
      const { connections, overruns, namespaces } = conntrack.read(pass.namespaces);
      const here = new Set(pass.namespaces.flatMap(({ netns }) => addressesAt(netns)));
      const isHere = (address: string) => here.has(address) || isLoopback(address);
      const translations = translationsOf(connections, isHere);
      (pass.traceOf ? many : single).learn(translations, now);
      published.learn(connections, isHere, now);
      self.add('natConnections', translations.length);
      self.add('natOverruns', overruns);
      self.set('natDropped', single.dropped + many.dropped);
      self.set('natNamespaces', namespaces);
    },
    observation: (seen) => single.translate(seen, now),
    flows: (flows) => (pass.traceOf ? many.translate(flows, pass.traceOf, addressesAt, now) : flows),
    listeners: () => [...pass.listeners, ...published.listeners(pass, addressesAt, now)],
  };
}
