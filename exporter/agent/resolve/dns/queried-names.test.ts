import { beforeEach, expect, it } from 'vitest';
import { A, encodeAnswer, pointer } from '../../../../test/fixtures/dns-message.ts';
import type { Observation } from '../../capture/capture.ts';
import type { DnsSocket } from './dns-socket.ts';
import { createQueriedNames, type QueriedNames } from './queried-names.ts';

const OWN = 7;
const CONTAINER = 8;

/** The next messages of each socket, by the pid of its namespace's process; 0 for the agent's own namespace. */
let queues: Map<number, Buffer[]>;
/** The servers that each socket observes. */
let observed: Map<number, readonly string[]>;
let refusal: 'denied' | 'gone' | undefined;
/** The processes through which sockets were opened. */
let opened: { readonly pid: number }[];
let names: QueriedNames;

function fakeSocket(key: number): DnsSocket {
  return {
    read(servers, _now, onMessage) {
      observed.set(key, servers);
      for (const message of queues.get(key)?.splice(0) ?? []) onMessage(message);
    },
    dropped: () => 4,
    close: () => void observed.delete(key),
  };
}

beforeEach(() => {
  queues = new Map();
  observed = new Map();
  refusal = undefined;
  opened = [];
  names = createQueriedNames({
    sockets: {
      own: fakeSocket(0),
      open(process) {
        opened.push(process);
        return refusal ?? fakeSocket(process.pid);
      },
      close() {},
    },
    configured: () => ['127.0.0.53', '10.0.0.1'],
    netns: OWN,
    uptime: () => 0,
  });
});

const response = (name: string, last: number) =>
  encodeAnswer([name], A, [{ owner: pointer(12), type: A, ttl: 60, data: Buffer.from([10, 0, 0, last]) }]);

const query = (fields: Partial<Observation> = {}): Observation => ({
  ...{ id: '1', netns: OWN, transport: 'udp', direction: 'outbound', localAddress: '10.0.0.9' },
  ...{ remoteAddress: '10.0.0.53', port: 53, pid: 20, open: 0, opened: 1 },
  ...fields,
});

/** Runs a cycle with the agent's own namespace and, given its process, that of a container. */
function runCycle(observations: readonly Observation[], container?: number): void {
  const namespaces = [{ netns: OWN, pid: 1 }];
  if (container !== undefined) namespaces.push({ netns: CONTAINER, pid: container });
  names.readResponses({ observations, namespaces });
}

it('observes the configured and the queried name servers', () => {
  runCycle([query(), query({ remoteAddress: '10.0.0.54' })]);
  expect(observed.get(0)).toEqual(['127.0.0.53', '10.0.0.1', '10.0.0.53', '10.0.0.54']);
});

it.each<[string, Partial<Observation>]>([
  ['by TCP', { transport: 'tcp' }],
  ['on another port', { port: 5353 }],
  ['of this host', { direction: 'inbound' }],
  ['in another network namespace', { netns: CONTAINER }],
  ['without an address', { remoteAddress: '' }],
])('does not observe a server that is queried %s', (_title, fields) => {
  runCycle([query(fields)]);
  expect(observed.get(0)).toEqual(['127.0.0.53', '10.0.0.1']);
});

it('observes in other namespaces the servers queried there, and at first those of other namespaces', () => {
  runCycle([query()]);
  runCycle([query({ netns: CONTAINER, remoteAddress: '127.0.0.11' })], 50);
  expect(observed.get(50)).toEqual(['10.0.0.1', '10.0.0.53', '127.0.0.11']);
  queues.set(50, [response('db', 5)]);
  runCycle([], 50);
  expect(names.nameOf('10.0.0.5')).toBe('db');
});

it('enters a namespace through a process that lives there now', () => {
  runCycle([], 50);
  runCycle([], 51);
  expect(opened).toEqual([{ pid: 51 }]);
});

it('leaves a namespace that is gone, and still counts what was dropped there', () => {
  runCycle([], 50);
  expect(names.health.queueFull).toBe(8);
  runCycle([]);
  expect([...observed.keys()]).toEqual([0]);
  expect(names.health.queueFull).toBe(8);
});

it('counts the name servers in namespaces that it cannot enter', () => {
  refusal = 'denied';
  runCycle([query({ netns: CONTAINER, remoteAddress: '127.0.0.11' })], 50);
  runCycle([query({ netns: CONTAINER, remoteAddress: '127.0.0.11' })], 50);
  expect(names.health).toMatchObject({ observed: 2, denied: 1 });
  expect(opened).toHaveLength(1);
});

it('tries again if the process of a namespace had ended', () => {
  refusal = 'gone';
  runCycle([query({ netns: CONTAINER, remoteAddress: '127.0.0.11' })], 50);
  refusal = undefined;
  runCycle([], 51);
  expect(observed.get(51)).toEqual(['10.0.0.1', '127.0.0.11']);
});

it('learns names, ignores other messages, and counts both', () => {
  queues.set(0, [response('a', 1), Buffer.from('nonsense'), encodeAnswer(['b'], A, []), response('c', 2)]);
  runCycle([]);
  expect(['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(names.nameOf)).toEqual(['a', 'c', undefined]);
  expect(names.health).toEqual({
    ...{
      observed: 2,
      skipped: 0,
      denied: 0,
      responses: 2,
      queueFull: 4,
      malformed: 1,
      addresses: 2,
      evicted: 0,
    },
  });
});
