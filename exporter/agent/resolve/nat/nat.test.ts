import { expect, it } from 'vitest';
import type { Observation, Reading } from '../../capture/capture.ts';
import type { Conntrack, TrackedConnection } from '../../conntrack/conntrack.ts';
import { createSelfMetrics } from '../../metrics/self-metrics.ts';
import { createNat } from './nat.ts';

const CONTAINER = { netns: 2, pid: 30 };

/** A connection from a container, whose source address the host replaces by its own. */
const masqueraded: TrackedConnection = {
  ...{ id: 1, transport: 'tcp', netns: 1 },
  original: { src: '172.17.0.2', srcPort: 50000, dst: '10.9.9.9', dstPort: 80 },
  reply: { src: '10.9.9.9', srcPort: 80, dst: '10.1.1.1', dstPort: 61000 },
};

const seen: Observation = {
  ...{ id: '1', netns: 2, transport: 'tcp', direction: 'outbound', pid: 30, open: 1, opened: 1 },
  ...{ localAddress: '172.17.0.2', remoteAddress: '10.9.9.9', port: 80, clientPort: 50000 },
};

const readingOf = (fields: Partial<Reading> = {}): Reading => ({
  ...{ observations: [], listeners: [], sockets: 0, namespaces: [], hiddenProcesses: 0 },
  ...fields,
});

/**
 * Runs one cycle per reading, with the connection in the first; gives the local address of the observation as the last
 * cycle translates it.
 */
function localAddressAfter(
  readings: readonly Reading[],
  addressesAt: (netns: number) => readonly string[],
): string | undefined {
  const unread = [masqueraded];
  const conntrack: Conntrack = {
    read: () => ({ connections: unread.splice(0), overruns: 0, namespaces: 1 }),
    close() {},
  };
  const nat = createNat(
    conntrack,
    createSelfMetrics(() => 0),
  );
  for (const reading of readings) nat.learn(reading, addressesAt, 0);
  return nat.translateObservations([seen], 0)[0]?.localAddress;
}

const atContainer = (netns: number) => (netns === CONTAINER.netns ? ['172.17.0.2'] : []);

it('translates a connection that was tracked before the network namespace of its client was known', () => {
  const readings = [readingOf(), readingOf({ namespaces: [CONTAINER] })];
  expect(localAddressAfter(readings, atContainer)).toBe('10.1.1.1');
});

it('does so for a connection to a service of this host, too', () => {
  const server = { netns: 3, pid: 40 };
  const addresses = (netns: number) => (netns === server.netns ? ['10.9.9.9'] : atContainer(netns));
  const readings = [readingOf({ namespaces: [server] }), readingOf({ namespaces: [server, CONTAINER] })];
  expect(localAddressAfter(readings, addresses)).toBe('10.1.1.1');
});

it('translates a connection of a network namespace whose addresses cannot be read', () => {
  expect(localAddressAfter([readingOf({ observations: [seen] })], () => [])).toBe('10.1.1.1');
});

it.each<[string, readonly string[]]>([
  ['are read', ['10.1.1.1']],
  ['cannot be read', []],
])('publishes a translated address of a network namespace whose addresses %s', (_title, addresses) => {
  const fromOutside: TrackedConnection = {
    ...masqueraded,
    original: { src: '10.9.9.9', srcPort: 50000, dst: '10.1.1.1', dstPort: 80 },
    reply: { src: '10.1.1.1', srcPort: 8080, dst: '10.9.9.9', dstPort: 50000 },
  };
  const conntrack: Conntrack = {
    read: () => ({ connections: [fromOutside], overruns: 0, namespaces: 1 }),
    close() {},
  };
  const nat = createNat(
    conntrack,
    createSelfMetrics(() => 0),
  );
  const listener = {
    netns: 1,
    transport: 'tcp',
    address: '10.1.1.1',
    port: 8080,
    pid: 9,
    ipv6Only: false,
  } as const;
  const accepted: Observation = {
    ...seen,
    netns: 1,
    direction: 'inbound',
    localAddress: '10.1.1.1',
    port: 8080,
  };
  nat.learn(readingOf({ observations: [accepted], namespaces: [{ netns: 1, pid: 9 }] }), () => addresses, 0);
  expect(nat.publishedListeners([listener], () => addresses, 0)).toMatchObject([
    { address: '10.1.1.1', port: 80, pid: 9 },
  ]);
});

it('drops a connection that has no local endpoint in the next cycle either', () => {
  const readings = [readingOf(), readingOf(), readingOf({ namespaces: [CONTAINER] })];
  expect(localAddressAfter(readings, atContainer)).toBe('172.17.0.2');
});
