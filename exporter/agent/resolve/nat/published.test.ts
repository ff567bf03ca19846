import { beforeEach, expect, it } from 'vitest';
import type { Listener, Reading } from '../../capture/capture.ts';
import type { TrackedConnection } from '../../conntrack/conntrack.ts';
import { createPublished, type Published } from './published.ts';

const HOST = '10.1.1.1';
const CONTAINER = '172.17.0.2';
const OUTSIDE = '203.0.113.7';
const isHere = (address: string) => [HOST, CONTAINER, '127.0.0.1'].includes(address);

const listener = (fields: Partial<Listener> = {}): Listener => ({
  ...{ netns: 2, transport: 'tcp', address: CONTAINER, port: 8080, pid: 30, ipv6Only: false },
  ...fields,
});

/** A connection from outside to `dst`:80 that was led to port 8080 of the container. */
function tracked(fields: { src?: string; dst?: string; to?: string } = {}): TrackedConnection {
  const { src = OUTSIDE, dst = HOST, to = CONTAINER } = fields;
  return {
    ...{ id: 1, transport: 'tcp', netns: 1 },
    original: { src, srcPort: 5, dst, dstPort: 80 },
    reply: { src: to, srcPort: 8080, dst: src, dstPort: 5 },
  };
}

let published: Published;

beforeEach(() => {
  published = createPublished();
});

function told(connections: readonly TrackedConnection[], listeners = [listener()], now = 0) {
  const pass: Reading = { observations: [], listeners, sockets: 0, namespaces: [], hiddenProcesses: 0 };
  published.learn(connections, isHere, now);
  return published
    .listeners(pass, (netns) => (netns === 2 ? [CONTAINER] : [HOST]), now)
    .map(({ address, port, pid }) => `${address}:${port} ${pid}`);
}

it('tells who listens behind an address of this host, as long as it listens', () => {
  expect(told([tracked()])).toEqual([`${HOST}:80 30`]);
  expect(told([])).toEqual([`${HOST}:80 30`]);
  expect(told([], [])).toEqual([]);
});

it('tells of a listener on every address, in the network namespace that has the one', () => {
  const listeners = [listener({ netns: 1, address: '0.0.0.0', pid: 10 }), listener({ address: '::' })];
  expect(told([tracked()], listeners)).toEqual([`${HOST}:80 30`]);
});

it('follows one that leads to another, as by rules of the container itself', () => {
  const inContainer = {
    ...tracked(),
    original: { src: OUTSIDE, srcPort: 5, dst: CONTAINER, dstPort: 8080 },
    reply: { src: CONTAINER, srcPort: 9090, dst: OUTSIDE, dstPort: 5 },
  };
  expect(told([tracked(), inContainer], [listener({ port: 9090 })])).toEqual([
    `${HOST}:80 30`,
    `${CONTAINER}:8080 30`,
  ]);
});

it('does not follow those that lead in a circle', () => {
  const back = { ...tracked(), original: tracked().reply, reply: tracked().original };
  const forth = { ...back, original: back.reply, reply: back.original };
  expect(told([back, forth], [])).toEqual([]);
});

it('tells of an address that others ask for and nobody has', () => {
  expect(told([tracked({ dst: '10.96.0.1' })])).toEqual(['10.96.0.1:80 30']);
});

it.each([
  ['of one that this host itself asks for, which may lead to any host', { src: CONTAINER, dst: '10.96.0.1' }],
  ['of loopback', { src: '127.0.0.1', dst: '127.0.0.1' }],
  ['of what leads to another host', { to: '10.2.2.2' }],
])('does not tell %s', (_, fields) => {
  expect(told([tracked(fields)])).toEqual([]);
});

it('tells of none that leads to several: nobody could be named', () => {
  published.learn([tracked({ to: HOST })], isHere, 0);
  expect(told([tracked()])).toEqual([]);
});

it('forgets one that has not been in use for an hour', () => {
  told([tracked()]);
  expect(told([], [listener()], 3_600_001)).toEqual([]);
});

it('keeps a bounded number', () => {
  const many = Array.from({ length: 2000 }, (_, i) => tracked({ dst: `10.96.${i >> 8}.${i & 255}` }));
  expect(told(many)).toHaveLength(1024);
});
