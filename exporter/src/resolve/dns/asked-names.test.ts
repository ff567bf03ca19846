import { beforeEach, expect, it } from 'vitest';
import { A, encodeAnswer, pointer } from '../../../../test/fixtures/dns-message.ts';
import { halfEdge } from '../../../../test/fixtures/half-edges.ts';
import type { Flow } from '../../aggregate/fold.ts';
import { type AskedNames, createAskedNames } from './asked-names.ts';

let waiting: Buffer[];
let listenedTo: readonly string[];
let names: AskedNames;

beforeEach(() => {
  waiting = [];
  listenedTo = [];
  names = createAskedNames({
    listener: {
      read(servers, _now, hear) {
        listenedTo = servers;
        for (const message of waiting.splice(0)) hear(message);
      },
      lost: () => 4,
      close() {},
    },
    setUp: () => ['127.0.0.53'],
    netns: 7,
    uptime: () => 0,
  });
});

const answer = (name: string, last: number) =>
  encodeAnswer([name], A, [{ owner: pointer(12), type: A, ttl: 60, data: Buffer.from([10, 0, 0, last]) }]);

const question = (fields: Partial<Flow> = {}) =>
  halfEdge({ transport: 'udp', port: 53, remoteAddress: '10.0.0.53', ...fields }).flow;

it('listens to the name servers that are set up and those that are asked', () => {
  names.listen([question(), question({ remoteAddress: '10.0.0.54' })]);
  expect(listenedTo).toEqual(['127.0.0.53', '10.0.0.53', '10.0.0.54']);
});

it.each<[string, Partial<Flow>]>([
  ['by TCP', { transport: 'tcp' }],
  ['on another port', { port: 5353 }],
  ['of this host', { direction: 'inbound' }],
  ['in another network namespace', { netns: 8 }],
  ['without an address', { remoteAddress: '' }],
])('does not listen to what is asked %s', (_title, fields) => {
  names.listen([question(fields)]);
  expect(listenedTo).toEqual(['127.0.0.53']);
});

it('learns names, passes over what is none, and tells how it fares', () => {
  waiting = [answer('a', 1), Buffer.from('nonsense'), encodeAnswer(['b'], A, []), answer('c', 2)];
  names.listen([]);
  expect(['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(names.nameOf)).toEqual(['a', 'c', undefined]);
  expect(names.health).toEqual({
    ...{ heard: 1, leftOut: 0, answers: 2, noRoom: 4, malformed: 1, addresses: 2, displaced: 0 },
  });
});
