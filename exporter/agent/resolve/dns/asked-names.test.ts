import { beforeEach, expect, it } from 'vitest';
import { A, encodeAnswer, pointer } from '../../../../test/fixtures/dns-message.ts';
import type { Observation } from '../../capture/capture.ts';
import { type AskedNames, createAskedNames } from './asked-names.ts';
import type { Listener } from './listener.ts';

const OWN = 7;
const CONTAINER = 8;

/** What each listener hears next, and to whom it listens; by the pid by which it came there, 0 for the own one. */
let waiting: Map<number, Buffer[]>;
let listenedTo: Map<number, readonly string[]>;
let refusal: 'refused' | 'gone' | undefined;
let ways: { readonly pid: number }[];
let names: AskedNames;

function fakeListener(key: number): Listener {
  return {
    read(servers, _now, hear) {
      listenedTo.set(key, servers);
      for (const message of waiting.get(key)?.splice(0) ?? []) hear(message);
    },
    lost: () => 4,
    close: () => void listenedTo.delete(key),
  };
}

beforeEach(() => {
  waiting = new Map();
  listenedTo = new Map();
  refusal = undefined;
  ways = [];
  names = createAskedNames({
    listeners: {
      own: fakeListener(0),
      elsewhere(way) {
        ways.push(way);
        return refusal ?? fakeListener(way.pid);
      },
      close() {},
    },
    setUp: () => ['127.0.0.53', '10.0.0.1'],
    netns: OWN,
    uptime: () => 0,
  });
});

const answer = (name: string, last: number) =>
  encodeAnswer([name], A, [{ owner: pointer(12), type: A, ttl: 60, data: Buffer.from([10, 0, 0, last]) }]);

const question = (fields: Partial<Observation> = {}): Observation => ({
  ...{ id: '1', netns: OWN, transport: 'udp', direction: 'outbound', localAddress: '10.0.0.9' },
  ...{ remoteAddress: '10.0.0.53', port: 53, pid: 20, open: 0, opened: 1 },
  ...fields,
});

/** A pass that meets the own namespace and, by its pid, that of a container. */
function listen(observations: readonly Observation[], container?: number): void {
  const namespaces = [{ netns: OWN, pid: 1 }];
  if (container !== undefined) namespaces.push({ netns: CONTAINER, pid: container });
  names.listen({ observations, namespaces });
}

it('listens to the name servers that are set up and those that are asked', () => {
  listen([question(), question({ remoteAddress: '10.0.0.54' })]);
  expect(listenedTo.get(0)).toEqual(['127.0.0.53', '10.0.0.1', '10.0.0.53', '10.0.0.54']);
});

it.each<[string, Partial<Observation>]>([
  ['by TCP', { transport: 'tcp' }],
  ['on another port', { port: 5353 }],
  ['of this host', { direction: 'inbound' }],
  ['in another network namespace', { netns: CONTAINER }],
  ['without an address', { remoteAddress: '' }],
])('does not listen to what is asked %s', (_title, fields) => {
  listen([question(fields)]);
  expect(listenedTo.get(0)).toEqual(['127.0.0.53', '10.0.0.1']);
});

it('listens in other namespaces to those that are asked there, and at first to those that are asked elsewhere', () => {
  listen([question()]);
  listen([question({ netns: CONTAINER, remoteAddress: '127.0.0.11' })], 50);
  expect(listenedTo.get(50)).toEqual(['10.0.0.1', '10.0.0.53', '127.0.0.11']);
  waiting.set(50, [answer('db', 5)]);
  listen([], 50);
  expect(names.nameOf('10.0.0.5')).toBe('db');
});

it('finds the way to a namespace by the process that lives there now', () => {
  listen([], 50);
  listen([], 51);
  expect(ways).toEqual([{ pid: 51 }]);
});

it('leaves a namespace that is gone, and still counts what was lost there', () => {
  listen([], 50);
  expect(names.health.noRoom).toBe(8);
  listen([]);
  expect([...listenedTo.keys()]).toEqual([0]);
  expect(names.health.noRoom).toBe(8);
});

it('counts the name servers that are asked where it may not listen', () => {
  refusal = 'refused';
  listen([question({ netns: CONTAINER, remoteAddress: '127.0.0.11' })], 50);
  listen([question({ netns: CONTAINER, remoteAddress: '127.0.0.11' })], 50);
  expect(names.health).toMatchObject({ heard: 2, refused: 1 });
  expect(ways).toHaveLength(1);
});

it('tries again where the process that was the way to a namespace had ended', () => {
  refusal = 'gone';
  listen([question({ netns: CONTAINER, remoteAddress: '127.0.0.11' })], 50);
  refusal = undefined;
  listen([], 51);
  expect(listenedTo.get(51)).toEqual(['10.0.0.1', '127.0.0.11']);
});

it('learns names, passes over what is none, and tells how it fares', () => {
  waiting.set(0, [answer('a', 1), Buffer.from('nonsense'), encodeAnswer(['b'], A, []), answer('c', 2)]);
  listen([]);
  expect(['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(names.nameOf)).toEqual(['a', 'c', undefined]);
  expect(names.health).toEqual({
    ...{ heard: 2, leftOut: 0, refused: 0, answers: 2, noRoom: 4, malformed: 1, addresses: 2, displaced: 0 },
  });
});
