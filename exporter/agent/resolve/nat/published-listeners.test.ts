import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Listener } from '../../capture/capture.ts';
import type { TrackedConnection } from '../../conntrack/conntrack.ts';
import { indexServices } from '../../half-edge.ts';
import { createLocalAddresses } from '../local-addresses.ts';
import { createPublishedListeners, type PublishedListeners } from './published-listeners.ts';

const HOST = '10.1.1.1';
const CONTAINER = '172.17.0.2';
const NEIGHBOUR = '172.17.0.3';
const OUTSIDE = '203.0.113.7';
/** A server elsewhere, to which processes of this host connect. */
const REMOTE = '10.2.2.2';
/** Assigned to no host. */
const VIRTUAL = '10.96.0.1';

/** The addresses of each network namespace: the host's, and those of two containers. */
let addresses: Map<number, readonly string[]>;

const listener = (fields: Partial<Listener> = {}): Listener => ({
  ...{ netns: 2, transport: 'tcp', address: CONTAINER, port: 8080, pid: 30, ipv6Only: false },
  ...fields,
});

interface Translated {
  readonly src?: string;
  readonly dst?: string;
  readonly to?: string;
  readonly netns?: number;
}

/** A connection from outside to `dst`:80 that the host translates to port 8080 of the container. */
function tracked({
  src = OUTSIDE,
  dst = HOST,
  to = CONTAINER,
  netns = 1,
}: Translated = {}): TrackedConnection {
  return {
    ...{ id: 1, transport: 'tcp', netns },
    original: { src, srcPort: 5, dst, dstPort: 80 },
    reply: { src: to, srcPort: 8080, dst: src, dstPort: 5 },
  };
}

let published: PublishedListeners;

beforeEach(() => {
  published = createPublishedListeners();
  addresses = new Map([
    [1, [HOST]],
    [2, [CONTAINER]],
    [3, [NEIGHBOUR]],
  ]);
});

/** What a cycle publishes. */
function learnAndFind(connections: readonly TrackedConnection[], listeners = [listener()], now = 0) {
  published.learn(connections, createLocalAddresses(indexServices([]), addresses), now);
  return published
    .find(listeners, (netns) => addresses.get(netns) ?? [], now)
    .map(({ address, port, pid }) => `${address}:${port} ${pid}`);
}

/** What is published one cycle later, when the clients of short-lived namespaces are known as well. */
function learnAndFindLater(connections: readonly TrackedConnection[], listeners = [listener()]) {
  learnAndFind(connections, listeners);
  return learnAndFind([], listeners);
}

it('finds the listener behind an address of this host while it listens', () => {
  expect(learnAndFind([tracked()])).toEqual([`${HOST}:80 30`]);
  expect(learnAndFind([])).toEqual([`${HOST}:80 30`]);
  expect(learnAndFind([], [])).toEqual([]);
});

it('finds none behind an address that has moved to another host', () => {
  const SHARED = '10.1.1.100';
  addresses.set(1, [HOST, SHARED]);
  expect(learnAndFind([tracked({ dst: SHARED })])).toEqual([`${SHARED}:80 30`]);
  addresses.set(1, [HOST]);
  expect(learnAndFind([])).toEqual([]);
});

it('finds a listener on every address in the network namespace that has the address', () => {
  const listeners = [listener({ netns: 1, address: '0.0.0.0', pid: 10 }), listener({ address: '::' })];
  expect(learnAndFind([tracked()], listeners)).toEqual([`${HOST}:80 30`]);
});

it('follows several translations, such as by rules of the container itself', () => {
  const inContainer = {
    ...tracked({ netns: 2 }),
    original: { src: OUTSIDE, srcPort: 5, dst: CONTAINER, dstPort: 8080 },
    reply: { src: CONTAINER, srcPort: 9090, dst: OUTSIDE, dstPort: 5 },
  };
  expect(learnAndFind([tracked(), inContainer], [listener({ port: 9090 })])).toEqual([
    `${HOST}:80 30`,
    `${CONTAINER}:8080 30`,
  ]);
});

it('does not follow translations in a circle', () => {
  const back = { ...tracked(), original: tracked().reply, reply: tracked().original };
  const forth = { ...back, original: back.reply, reply: back.original };
  expect(learnAndFind([back, forth], [])).toEqual([]);
});

it('follows the rules of a container for connections that the host sends it from an address of its own', () => {
  const inContainer = {
    ...tracked({ netns: 2 }),
    original: { src: HOST, srcPort: 5, dst: CONTAINER, dstPort: 8080 },
    reply: { src: CONTAINER, srcPort: 9090, dst: HOST, dstPort: 5 },
  };
  expect(learnAndFind([tracked(), inContainer], [listener({ port: 9090 })])).toEqual([`${HOST}:80 30`]);
});

it('finds the listener behind a virtual address from which this host forwards for others', () => {
  expect(learnAndFindLater([tracked({ dst: VIRTUAL })])).toEqual([`${VIRTUAL}:80 30`]);
});

describe('a redirect to a sidecar is not published at the address of the server', () => {
  const LOOPBACK = '127.0.0.1';

  it.each<[string, Translated, Partial<Listener>]>([
    ['the client and the sidecar are on this host', { src: HOST, dst: REMOTE, to: LOOPBACK }, { netns: 1 }],
    [
      'the server is in another namespace of this host',
      { src: CONTAINER, dst: NEIGHBOUR, to: LOOPBACK, netns: 2 },
      { netns: 2 },
    ],
    [
      'the server is on this host as well, and others reach it directly',
      { src: HOST, dst: HOST, to: LOOPBACK },
      { netns: 1 },
    ],
    [
      'the client is in a container, and the sidecar on its host',
      { src: CONTAINER, dst: REMOTE, to: HOST },
      { netns: 1, address: '0.0.0.0' },
    ],
    [
      'the client is in a namespace that this agent does not observe',
      { src: '172.18.0.9', dst: REMOTE, to: HOST },
      { netns: 1, address: '0.0.0.0' },
    ],
    [
      'the client is on another host, for which this host is the gateway',
      { src: OUTSIDE, dst: REMOTE, to: HOST },
      { netns: 1, address: '0.0.0.0' },
    ],
    [
      'the server is a container, whose host intercepts what others send it',
      { src: OUTSIDE, dst: CONTAINER, to: HOST },
      { netns: 1, address: '0.0.0.0' },
    ],
  ])('if %s', (_, fields, at) => {
    const sidecar = listener({ address: fields.to ?? HOST, ...at });
    expect(learnAndFindLater([tracked(fields)], [sidecar])).toEqual([]);
  });
});

it.each<[string, Translated]>([
  [
    'behind a virtual address to which this host itself connects, which may lead to any host',
    { src: CONTAINER, dst: VIRTUAL },
  ],
  ['behind an address that only processes of this host use', { src: NEIGHBOUR }],
  ['behind loopback', { src: '127.0.0.1', dst: '127.0.0.1' }],
  ['behind an address that leads to another host', { to: REMOTE }],
])('finds none %s', (_, fields) => {
  expect(learnAndFindLater([tracked(fields)])).toEqual([]);
});

it('finds none behind a virtual address whose client turns out to be in a new namespace of this host', () => {
  const connection = tracked({ src: '172.17.0.9', dst: VIRTUAL });
  expect(learnAndFind([connection])).toEqual([]);
  addresses.set(4, ['172.17.0.9']);
  expect(learnAndFind([])).toEqual([]);
});

it('finds none behind a virtual address that leads to other hosts as well', () => {
  expect(learnAndFindLater([tracked({ dst: VIRTUAL })])).toHaveLength(1);
  expect(learnAndFind([tracked({ src: CONTAINER, dst: VIRTUAL, to: REMOTE })])).toEqual([]);
});

it('finds none behind a virtual address to which a transparent proxy in a container connects itself', () => {
  const onward = {
    ...tracked({ src: CONTAINER, dst: REMOTE }),
    reply: { src: REMOTE, srcPort: 80, dst: HOST, dstPort: 5 },
  };
  expect(learnAndFindLater([tracked({ dst: REMOTE }), onward])).toEqual([]);
});

it('finds none behind an address that several namespaces have', () => {
  addresses.set(3, [CONTAINER]);
  expect(learnAndFind([tracked()], [listener(), listener({ netns: 3, pid: 40 })])).toEqual([]);
});

it('finds a listener on loopback only in the namespace that translates to it', () => {
  const onLoopback = (netns: number, pid: number) => listener({ netns, address: '127.0.0.1', pid });
  expect(learnAndFind([tracked({ to: '127.0.0.1' })], [onLoopback(2, 20), onLoopback(1, 10)])).toEqual([
    `${HOST}:80 10`,
  ]);
});

it('finds none behind an address that leads to several listeners', () => {
  learnAndFind([tracked({ to: HOST })]);
  expect(learnAndFind([tracked()])).toEqual([]);
});

it('removes an address that has not been used for an hour', () => {
  learnAndFind([tracked()]);
  expect(learnAndFind([], [listener()], 3_600_001)).toEqual([]);
});

it('keeps a limited number of addresses', () => {
  const many = Array.from({ length: 2000 }, (_, i) => tracked({ dst: `10.96.${i >> 8}.${i & 255}` }));
  expect(learnAndFindLater(many)).toHaveLength(1024);
});

it('publishes no address of another namespace, and none that only clients on this host have used', () => {
  const local = [HOST, CONTAINER, NEIGHBOUR];
  const any = fc.constantFrom(...local, '127.0.0.1', VIRTUAL, REMOTE, OUTSIDE);
  const anyTracked = fc.record({ src: any, dst: any, to: any, netns: fc.constantFrom(1, 2, 3) });
  const listeners = [1, 2, 3].map((netns) => listener({ netns, address: '0.0.0.0', pid: netns }));
  fc.assert(
    fc.property(fc.array(anyTracked, { maxLength: 20 }), (many) => {
      published = createPublishedListeners();
      learnAndFind(many.map(tracked), listeners);
      for (const text of learnAndFind([], listeners)) {
        const [, address] = /^(.*):80 /.exec(text) ?? [];
        expect(
          many.some(
            ({ src, dst, netns }) =>
              dst === address &&
              [OUTSIDE, REMOTE, VIRTUAL].includes(src) &&
              (addresses.get(netns)?.includes(dst) || !local.includes(dst)),
          ),
        ).toBe(true);
      }
    }),
  );
});
