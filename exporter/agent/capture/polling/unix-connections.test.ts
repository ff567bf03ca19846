import { beforeEach, describe, expect, it } from 'vitest';
import { unixClient, unixListener, unixServed } from '../../../../test/fixtures/unix-rows.ts';
import { createUnixConnections, type UnixConnections } from './unix-connections.ts';
import { pairUnix } from './unix-pairs.ts';
import type { UnixSocket } from './unix-socket.ts';

const NETNS = 7;
let connections: UnixConnections;

beforeEach(() => {
  connections = createUnixConnections();
});

/** One pass over one namespace, undefined if it could not be read; `owners` maps inodes to pids. */
function pass(sockets: readonly UnixSocket[] | undefined, owners: Readonly<Record<number, number>> = {}) {
  const pairs = pairUnix(sockets ? [{ netns: NETNS, sockets }] : []);
  connections.update(pairs, new Set(sockets ? [] : [NETNS]));
  return connections.observe((inode) => owners[inode]);
}

const TABLE = [unixListener(), unixClient(), unixServed()];

it('tells one connection from the end that asked, with both processes', () => {
  pass([]);
  expect(pass(TABLE, { 10: 500, 20: 600, 21: 501 })).toEqual([
    {
      id: 'unix 1',
      netns: NETNS,
      transport: 'unix',
      direction: 'outbound',
      localAddress: '',
      remoteAddress: '/run/app.sock',
      port: 0,
      pid: 600,
      remotePid: 501,
      open: 1,
      opened: 1,
    },
  ]);
});

it('does not count what is older than itself', () => {
  expect(pass(TABLE)).toMatchObject([{ open: 1, opened: 0 }]);
  expect(pass(TABLE)).toMatchObject([{ open: 1, opened: 0 }]);
});

it('wants the processes of the ends that are there', () => {
  pass(TABLE);
  expect(connections.inodes()).toEqual([20, 21]);
  pass([unixListener({ waiting: [20] }), unixClient({ peer: 0 })]);
  expect(connections.inodes()).toEqual([20]);
  pass([]);
  expect(connections.inodes()).toEqual([]);
});

describe('the process at the other end', () => {
  it('is the listener’s until one has accepted, and then that one, for good', () => {
    const waits = [unixListener({ waiting: [20] }), unixClient({ peer: 0 })];
    expect(pass(waits, { 10: 500 })).toMatchObject([{ remotePid: 500, open: 1 }]);
    expect(pass(TABLE, { 10: 500, 21: 501 })).toMatchObject([{ id: 'unix 1', remotePid: 501 }]);
    expect(pass(TABLE, { 10: 500 })).toMatchObject([{ remotePid: 501 }]);
  });

  it('is absent where none is known', () => {
    const [seen] = pass(TABLE);
    expect(seen).not.toHaveProperty('remotePid');
    expect(seen?.pid).toBeUndefined();
  });
});

it.each([
  ['the client', [unixListener(), unixServed({ peer: 0 })]],
  ['the server', [unixListener(), unixClient({ peer: 0 })]],
  ['both', [unixListener()]],
])('tells that a connection is over once %s closed, and keeps its processes', (_title, table) => {
  pass([]);
  pass(TABLE, { 20: 600, 21: 501 });
  expect(pass(table)).toMatchObject([{ pid: 600, remotePid: 501, open: 0, opened: 1 }]);
  pass(table);
  expect(pass(table)).toEqual([]);
});

it('keeps who asked once the listener is gone, of two ends with names', () => {
  const named = [unixClient({ name: '\0client' }), unixServed()];
  expect(pass(named)).toEqual([]);
  pass([...named, unixListener()], { 20: 600 });
  expect(pass(named)).toMatchObject([{ pid: 600, remoteAddress: '/run/app.sock', open: 1 }]);
});

it('takes a connection that one pass did not show for the same, and a socket with its inode for another', () => {
  pass([]);
  pass(TABLE);
  pass([]);
  expect(pass(TABLE)).toMatchObject([{ id: 'unix 1', open: 1, opened: 1 }]);
  const later = [unixListener(), unixClient({ cookie: 99 }), unixServed({ cookie: 98 })];
  expect(pass(later)).toMatchObject([
    { id: 'unix 1', open: 0 },
    { id: 'unix 2', open: 1, opened: 1 },
  ]);
});

it('keeps the connections of a namespace that could not be read for a while, and tells none', () => {
  pass([]);
  pass(TABLE);
  for (let times = 0; times < 3; times++) expect(pass(undefined)).toEqual([]);
  expect(pass(TABLE)).toMatchObject([{ id: 'unix 1', opened: 1 }]);
});

it('tells one connection however often a changing table shows it', () => {
  pass([]);
  const twice = [unixListener({ waiting: [20] }), unixClient(), unixServed(), unixServed(), unixClient()];
  expect(pass(twice)).toMatchObject([{ open: 1, opened: 1 }]);
});
