import { beforeEach, describe, expect, it } from 'vitest';
import { unixAccepted, unixClient, unixListener } from '../../../../test/fixtures/unix-rows.ts';
import { createUnixConnections, type UnixConnections } from './unix-connections.ts';
import { pairUnix } from './unix-pairs.ts';
import type { UnixSocket } from './unix-socket.ts';

const NETNS = 7;
let connections: UnixConnections;

beforeEach(() => {
  connections = createUnixConnections();
});

/** A cycle over one namespace, undefined if it could not be read; `owners` maps inodes to pids. */
function cycle(sockets: readonly UnixSocket[] | undefined, owners: Readonly<Record<number, number>> = {}) {
  const pairs = pairUnix(sockets ? [{ netns: NETNS, sockets }] : []);
  connections.update(pairs, new Set(sockets ? [] : [NETNS]));
  return connections.observe((inode) => owners[inode]);
}

const TABLE = [unixListener(), unixClient(), unixAccepted()];

it('reports one connection from the client’s view, with both processes', () => {
  cycle([]);
  expect(cycle(TABLE, { 10: 500, 20: 600, 21: 501 })).toEqual([
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

it('does not count pre-existing connections', () => {
  expect(cycle(TABLE)).toMatchObject([{ open: 1, opened: 0 }]);
  expect(cycle(TABLE)).toMatchObject([{ open: 1, opened: 0 }]);
});

it('needs the processes of existing sockets only', () => {
  cycle(TABLE);
  expect(connections.inodes()).toEqual([20, 21]);
  cycle([unixListener({ waiting: [20] }), unixClient({ peer: 0 })]);
  expect(connections.inodes()).toEqual([20]);
  cycle([]);
  expect(connections.inodes()).toEqual([]);
});

describe('the process of the server', () => {
  it('is the listener’s until a process has accepted, and then the accepting process', () => {
    const waiting = [unixListener({ waiting: [20] }), unixClient({ peer: 0 })];
    expect(cycle(waiting, { 10: 500 })).toMatchObject([{ remotePid: 500, open: 1 }]);
    expect(cycle(TABLE, { 10: 500, 21: 501 })).toMatchObject([{ id: 'unix 1', remotePid: 501 }]);
    expect(cycle(TABLE, { 10: 500 })).toMatchObject([{ remotePid: 501 }]);
  });

  it('is absent if unknown', () => {
    const [seen] = cycle(TABLE);
    expect(seen).not.toHaveProperty('remotePid');
    expect(seen?.pid).toBeUndefined();
  });
});

it.each([
  ['the client', [unixListener(), unixAccepted({ peer: 0 })]],
  ['the server', [unixListener(), unixClient({ peer: 0 })]],
  ['both', [unixListener()]],
])('reports that a connection is closed when %s closed, and keeps its processes', (_title, table) => {
  cycle([]);
  cycle(TABLE, { 20: 600, 21: 501 });
  expect(cycle(table)).toMatchObject([{ pid: 600, remotePid: 501, open: 0, opened: 1 }]);
  cycle(table);
  expect(cycle(table)).toEqual([]);
});

it('keeps the client of two sockets with names after the listener is closed', () => {
  const named = [unixClient({ name: '\0client' }), unixAccepted()];
  expect(cycle(named)).toEqual([]);
  cycle([...named, unixListener()], { 20: 600 });
  expect(cycle(named)).toMatchObject([{ pid: 600, remoteAddress: '/run/app.sock', open: 1 }]);
});

it('recognises a connection missing in one cycle, and a reused inode as a new connection', () => {
  cycle([]);
  cycle(TABLE);
  cycle([]);
  expect(cycle(TABLE)).toMatchObject([{ id: 'unix 1', open: 1, opened: 1 }]);
  const later = [unixListener(), unixClient({ cookie: 99 }), unixAccepted({ cookie: 98 })];
  expect(cycle(later)).toMatchObject([
    { id: 'unix 1', open: 0 },
    { id: 'unix 2', open: 1, opened: 1 },
  ]);
});

it('keeps the connections of a namespace that cannot be read, without reporting them', () => {
  cycle([]);
  cycle(TABLE);
  for (let times = 0; times < 3; times++) expect(cycle(undefined)).toEqual([]);
  expect(cycle(TABLE)).toMatchObject([{ id: 'unix 1', opened: 1 }]);
});

it('reports a connection once when a changing table contains it twice', () => {
  cycle([]);
  const twice = [unixListener({ waiting: [20] }), unixClient(), unixAccepted(), unixAccepted(), unixClient()];
  expect(cycle(twice)).toMatchObject([{ open: 1, opened: 1 }]);
});
