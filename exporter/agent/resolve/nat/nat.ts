import type { Flow } from '../../aggregate/fold.ts';
import type { Listener, Observation, Reading } from '../../capture/capture.ts';
import type { Conntrack, TrackedConnection } from '../../conntrack/conntrack.ts';
import type { SelfMetrics } from '../../metrics/self-metrics.ts';
import { isLoopback } from '../../net/address.ts';
import { createPublished } from './published.ts';
import { createTranslateConnections } from './translate-connections.ts';
import { createTranslateFlows } from './translate-flows.ts';
import { translationsOf } from './translation.ts';

/** Sees through address translation (NAT) that this host does. */
export interface Nat {
  /** Learns which connections of this pass are translated. To be called after the pass was read. */
  learn(pass: Reading, addressesAt: (netns: number) => readonly string[]): void;
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
  let pass: Reading = { observations: [], listeners: [], sockets: 0, namespaces: [], hiddenProcesses: 0 };
  let addressesAt: (netns: number) => readonly string[] = () => [];
  let now = uptime();
  let earlier: readonly TrackedConnection[] = [];
  /**
   * Those of the pass before that have no end here, and those that someone elsewhere has asked for: so it seemed, where
   * it had not met a new network namespace yet.
   */
  let strangers: readonly TrackedConnection[] = [];
  let guests: readonly TrackedConnection[] = [];

  return {
    learn(next, addresses) {
      pass = next;
      addressesAt = addresses;
      now = uptime();
      if (!conntrack) return;
      const { connections, overruns, namespaces } = conntrack.read(pass.namespaces);
      const isHere = placesOf(pass, addressesAt);
      const isGuest = ({ original, reply }: TrackedConnection) => !isHere(original.src) && isHere(reply.src);
      const isStranger = ({ original, reply }: TrackedConnection) =>
        !isHere(original.src) && !isHere(reply.src);
      const late = [...strangers, ...guests.filter(({ original }) => isHere(original.src))];
      const translations = translationsOf([...late, ...connections], isHere, earlier);
      strangers = connections.filter(isStranger);
      guests = connections.filter(isGuest);
      earlier = namespaces > 1 ? connections.filter((one) => !isStranger(one)) : [];
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

/** Tells the addresses of this host: those of its network namespaces, and of sockets in those that cannot be asked. */
function placesOf(
  { namespaces, observations }: Reading,
  addressesAt: (netns: number) => readonly string[],
): (address: string) => boolean {
  let here: ReadonlySet<string> | undefined;
  return (address) => {
    here ??= new Set([
      ...namespaces.flatMap(({ netns }) => addressesAt(netns)),
      ...observations.map(({ localAddress }) => localAddress),
    ]);
    return here.has(address) || isLoopback(address);
  };
}
