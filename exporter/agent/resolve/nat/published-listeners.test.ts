import { beforeEach, expect, it } from 'vitest';
import type { Listener } from '../../capture/capture.ts';
import type { TrackedConnection } from '../../conntrack/conntrack.ts';
import { createPublishedListeners, type PublishedListeners } from './published-listeners.ts';

const HOST = '10.1.1.1';
const CONTAINER = '172.17.0.2';
const OUTSIDE = '203.0.113.7';
const isLocal = (address: string) => [HOST, CONTAINER, '127.0.0.1'].includes(address);

const listener = (fields: Partial<Listener> = {}): Listener => ({
  ...{ netns: 2, transport: 'tcp', address: CONTAINER, port: 8080, pid: 30, ipv6Only: false },
  ...fields,
});

/** A connection from outside to `dst`:80 that is translated to port 8080 of the container. */
function tracked(fields: { src?: string; dst?: string; to?: string } = {}): TrackedConnection {
  const { src = OUTSIDE, dst = HOST, to = CONTAINER } = fields;
  return {
    ...{ id: 1, transport: 'tcp', netns: 1 },
    original: { src, srcPort: 5, dst, dstPort: 80 },
    reply: { src: to, srcPort: 8080, dst: src, dstPort: 5 },
  };
}

let published: PublishedListeners;

beforeEach(() => {
  published = createPublishedListeners();
});

function learnAndFind(connections: readonly TrackedConnection[], listeners = [listener()], now = 0) {
  published.learn(connections, isLocal, now);
  return published
    .find(listeners, (netns) => (netns === 2 ? [CONTAINER] : [HOST]), now)
    .map(({ address, port, pid }) => `${address}:${port} ${pid}`);
}

it('finds the listener behind an address of this host while it listens', () => {
  expect(learnAndFind([tracked()])).toEqual([`${HOST}:80 30`]);
  expect(learnAndFind([])).toEqual([`${HOST}:80 30`]);
  expect(learnAndFind([], [])).toEqual([]);
});

it('finds a listener on every address in the network namespace that has the address', () => {
  const listeners = [listener({ netns: 1, address: '0.0.0.0', pid: 10 }), listener({ address: '::' })];
  expect(learnAndFind([tracked()], listeners)).toEqual([`${HOST}:80 30`]);
});

it('follows several translations, such as by rules of the container itself', () => {
  const inContainer = {
    ...tracked(),
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

it('finds the listener behind a virtual address to which others connect', () => {
  expect(learnAndFind([tracked({ dst: '10.96.0.1' })])).toEqual(['10.96.0.1:80 30']);
});

it.each([
  [
    'behind a virtual address to which this host itself connects, which may lead to any host',
    { src: CONTAINER, dst: '10.96.0.1' },
  ],
  ['behind loopback', { src: '127.0.0.1', dst: '127.0.0.1' }],
  ['behind an address that leads to another host', { to: '10.2.2.2' }],
])('finds none %s', (_, fields) => {
  expect(learnAndFind([tracked(fields)])).toEqual([]);
});

it('finds none behind an address that leads to several listeners', () => {
  published.learn([tracked({ to: HOST })], isLocal, 0);
  expect(learnAndFind([tracked()])).toEqual([]);
});

it('removes an address that has not been used for an hour', () => {
  learnAndFind([tracked()]);
  expect(learnAndFind([], [listener()], 3_600_001)).toEqual([]);
});

it('keeps a limited number of addresses', () => {
  const many = Array.from({ length: 2000 }, (_, i) => tracked({ dst: `10.96.${i >> 8}.${i & 255}` }));
  expect(learnAndFind(many)).toHaveLength(1024);
});
