import { expect, it } from 'vitest';
import type { Observation, Reading } from '../../capture/capture.ts';
import type { Conntrack, TrackedConnection } from '../../conntrack/conntrack.ts';
import { createSelfMetrics } from '../../metrics/self-metrics.ts';
import { createNat } from './nat.ts';

const CONTAINER = { netns: 2, pid: 30 };

/** A connection from a container, to which the host gives its own address on the way. */
const masqueraded: TrackedConnection = {
  ...{ id: 1, transport: 'tcp', netns: 1 },
  original: { src: '172.17.0.2', srcPort: 50000, dst: '10.9.9.9', dstPort: 80 },
  reply: { src: '10.9.9.9', srcPort: 80, dst: '10.1.1.1', dstPort: 61000 },
};

const seen: Observation = {
  ...{ id: '1', netns: 2, transport: 'tcp', direction: 'outbound', pid: 30, open: 1, opened: 1 },
  ...{ localAddress: '172.17.0.2', remoteAddress: '10.9.9.9', port: 80, clientPort: 50000 },
};

const passOf = (fields: Partial<Reading> = {}): Reading => ({
  ...{ observations: [], listeners: [], sockets: 0, namespaces: [], hiddenProcesses: 0 },
  ...fields,
});

/** Takes the passes in turn, the first of which hears of the connection, and gives what the last makes of it. */
function placeAfter(passes: readonly Reading[], addressesAt: (netns: number) => readonly string[]) {
  const heard = [masqueraded];
  const conntrack: Conntrack = {
    read: () => ({ connections: heard.splice(0), overruns: 0, namespaces: 1 }),
    close() {},
  };
  const nat = createNat(
    conntrack,
    createSelfMetrics(() => 0),
    () => 0,
  );
  for (const pass of passes) nat.learn(pass, addressesAt);
  return nat.observation(seen).localAddress;
}

const atContainer = (netns: number) => (netns === CONTAINER.netns ? ['172.17.0.2'] : []);

it('knows a connection that was heard of before the network namespace of its end was seen', () => {
  const passes = [passOf(), passOf({ namespaces: [CONTAINER] })];
  expect(placeAfter(passes, atContainer)).toBe('10.1.1.1');
});

it('knows one to a service of this very host, too', () => {
  const server = { netns: 3, pid: 40 };
  const addresses = (netns: number) => (netns === server.netns ? ['10.9.9.9'] : atContainer(netns));
  const passes = [passOf({ namespaces: [server] }), passOf({ namespaces: [server, CONTAINER] })];
  expect(placeAfter(passes, addresses)).toBe('10.1.1.1');
});

it('knows one whose end is in a network namespace that cannot be asked for its addresses', () => {
  expect(placeAfter([passOf({ observations: [seen] })], () => [])).toBe('10.1.1.1');
});

it('lets one go by that has no end here in the next pass either', () => {
  const passes = [passOf(), passOf(), passOf({ namespaces: [CONTAINER] })];
  expect(placeAfter(passes, atContainer)).toBe('172.17.0.2');
});
