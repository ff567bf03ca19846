import { beforeEach, describe, expect, it } from 'vitest';
import { clientSocket, listener, serverSocket } from '../../../../test/fixtures/socket-rows.ts';
import { type Connections, createConnections } from './connections.ts';
import { createDirections } from './direction.ts';
import { createListeningSet } from './listening.ts';
import type { Socket } from './socket.ts';
import { TcpState } from './tcp-state.ts';

const NETNS = 7;
const ephemeral = { first: 32768, last: 60999 };
let connections: Connections;

/** A cycle over one namespace; `owners` maps inodes to pids. */
function cycle(sockets: readonly Socket[], owners: Readonly<Record<number, number>> = {}) {
  connections.beginCycle();
  return observe(sockets, owners);
}

function observe(sockets: readonly Socket[], owners: Readonly<Record<number, number>> = {}, netns = NETNS) {
  const listening = [createListeningSet(sockets, ephemeral)];
  const directions = createDirections([{ netns, sockets, listening }], ephemeral);
  return connections.observe(netns, sockets, directions, (inode) => owners[inode]);
}

beforeEach(() => {
  connections = createConnections();
});

/** Runs a first cycle, so that later connections are not pre-existing. */
const begin = () => cycle([]);

describe('direction', () => {
  it('is inbound with a listener and outbound without one, with the server’s port', () => {
    const [first, second] = cycle([listener(), serverSocket(), clientSocket()]);
    expect(first).toMatchObject({ netns: NETNS, transport: 'tcp', direction: 'inbound', port: 80 });
    expect(first).toMatchObject({ localAddress: '10.0.0.1', remoteAddress: '10.0.0.9' });
    expect(second).toMatchObject({ direction: 'outbound', port: 5432 });
  });

  it('does not change when the listener is closed', () => {
    cycle([listener(), serverSocket()]);
    expect(cycle([serverSocket()])).toMatchObject([{ direction: 'inbound', port: 80 }]);
  });

  it('does not change when a listener reuses the client’s port', () => {
    cycle([clientSocket()]);
    expect(cycle([listener({ localPort: 51000 }), clientSocket()])).toMatchObject([
      { direction: 'outbound' },
    ]);
  });

  it('is unknown for a server that closed its listener before the capture started, with its own port', () => {
    const [observation] = cycle([serverSocket()], { 2: 20 });
    expect(observation).toMatchObject({ direction: 'unknown', port: 80, pid: 20, open: 1 });
    expect(observation).not.toHaveProperty('clientPort');
  });

  it('stays unknown when a listener reuses the port', () => {
    cycle([clientSocket({ localPort: 700 })]);
    expect(cycle([listener({ localPort: 700 }), clientSocket({ localPort: 700 })])).toMatchObject([
      { direction: 'unknown' },
    ]);
  });

  it('is determined by listeners of the same namespace only', () => {
    connections.beginCycle();
    observe([listener()], {}, 1);
    expect(observe([serverSocket()], {}, 2)).toMatchObject([{ netns: 2, direction: 'unknown' }]);
  });
});

describe('a socket that contains its direction', () => {
  it('takes precedence over a listener, and needs none', () => {
    expect(cycle([serverSocket({ initiated: false })])).toMatchObject([{ direction: 'inbound', port: 80 }]);
    const connecting = serverSocket({ initiated: true, inode: 9, remotePort: 4001 });
    expect(cycle([listener(), connecting])).toMatchObject([{ direction: 'outbound', port: 4001 }]);
  });

  it('corrects a direction determined without it', () => {
    const [first] = cycle([serverSocket()]);
    const [second] = cycle([serverSocket({ initiated: false })]);
    expect([first?.direction, second?.direction]).toEqual(['unknown', 'inbound']);
    expect(second?.id).toBe(first?.id);
    expect(cycle([serverSocket({ inode: 0, state: TcpState.finWait2 })])).toMatchObject([
      { direction: 'inbound' },
    ]);
  });
});

describe('a row that a changing table contains twice', () => {
  it.each([
    ['unchanged', clientSocket()],
    ['then in TIME_WAIT', clientSocket({ state: TcpState.timeWait, inode: 0 })],
  ])('is one connection: %s', (_title, again) => {
    begin();
    expect(cycle([clientSocket(), again])).toMatchObject([{ open: 1, opened: 1 }]);
    expect(cycle([clientSocket(), again])).toHaveLength(1);
  });
});

it('distinguishes UDP sockets with the same addresses and ports, and recognises each', () => {
  begin();
  const [one, two] = [clientSocket({ transport: 'udp' }), clientSocket({ transport: 'udp', inode: 9 })];
  const ids = cycle([one, two]).map(({ id }) => id);
  expect(new Set(ids).size).toBe(2);
  expect(cycle([one, two]).map(({ id }) => id)).toEqual(ids);
});

describe('counters', () => {
  it('exclude what happened before the capture started', () => {
    const before = { transmittedBytes: 500, receivedBytes: 70, retransmits: 3 };
    expect(cycle([clientSocket(before)])).toMatchObject([
      { open: 1, opened: 0, transmittedBytes: 0, receivedBytes: 0, retransmits: 0 },
    ]);
    const later = { transmittedBytes: 600, receivedBytes: 75, retransmits: 4 };
    expect(cycle([clientSocket(later)])).toMatchObject([
      { open: 1, opened: 0, transmittedBytes: 100, receivedBytes: 5, retransmits: 1 },
    ]);
  });

  it('include all of a connection opened since', () => {
    begin();
    expect(cycle([clientSocket({ transmittedBytes: 500 })])).toMatchObject([
      { open: 1, opened: 1, transmittedBytes: 500 },
    ]);
  });

  it('are absent if the source does not support them', () => {
    const [observation] = cycle([clientSocket()]);
    expect(observation).not.toHaveProperty('transmittedBytes');
    expect(observation).not.toHaveProperty('rtt');
    expect(cycle([clientSocket({ rtt: 0.25 })])).toMatchObject([{ rtt: 0.25 }]);
  });

  it.each([
    ['LISTEN', listener()],
    ['SYN_SENT', clientSocket({ state: TcpState.synSent })],
    ['SYN_RECV', serverSocket({ state: TcpState.synReceived })],
    ['an unconnected UDP socket', listener({ transport: 'udp', state: TcpState.close })],
  ])('exclude sockets that are not connections: %s', (_name, socket) => {
    expect(cycle([socket])).toEqual([]);
  });
});

describe('TIME_WAIT', () => {
  const timeWait = (socket: Socket): Socket => ({ ...socket, state: TcpState.timeWait, inode: 0 });

  it('keeps a connection that the kernel has skipped in one table, and reports it as closed meanwhile', () => {
    begin();
    const [seen] = cycle([clientSocket()]);
    expect(connections.missing()).toEqual([]);
    expect(cycle([])).toEqual([]);
    expect(connections.missing()).toEqual([{ ...seen, open: 0 }]);
    expect(cycle([clientSocket()])).toMatchObject([{ id: seen?.id, open: 1, opened: 1 }]);
    for (let missed = 0; missed < 2; missed++) cycle([]);
    expect(connections.missing()).toEqual([]);
    const [later] = cycle([clientSocket()]);
    expect(later?.id).not.toBe(seen?.id);
  });

  it('counts a connection too short to be seen open, once', () => {
    begin();
    const [first] = cycle([listener(), timeWait(serverSocket())]);
    expect(first).toMatchObject({ direction: 'inbound', open: 0, opened: 1 });
    expect(cycle([listener(), timeWait(serverSocket())])).toMatchObject([
      { id: first?.id, open: 0, opened: 1 },
    ]);
  });

  it('is the same connection as before, no longer open', () => {
    begin();
    const [open] = cycle([clientSocket()], { 3: 20 });
    expect(cycle([timeWait(clientSocket())])).toMatchObject([{ id: open?.id, open: 0, opened: 1, pid: 20 }]);
  });

  it.each([
    ['held by a process', clientSocket({ inode: 9 })],
    ['still in an accept queue', clientSocket({ inode: 0 })],
  ])('followed by an open row is a new connection on the same ports, %s', (_title, reused) => {
    begin();
    const [first] = cycle([timeWait(clientSocket())]);
    const [second] = cycle([reused]);
    expect(second).toMatchObject({ open: 1, opened: 1 });
    expect(second?.id).not.toBe(first?.id);
  });
});

it('treats the same tuple with another socket as a new connection', () => {
  begin();
  const [first] = cycle([clientSocket({ inode: 5 })]);
  const [second] = cycle([clientSocket({ inode: 6 })]);
  expect(second).toMatchObject({ open: 1, opened: 1 });
  expect(second?.id).not.toBe(first?.id);
});

it('keeps the inode of a connection that is no longer held by a process', () => {
  begin();
  const [first] = cycle([clientSocket({ inode: 5 })]);
  expect(cycle([clientSocket({ inode: 0, state: TcpState.finWait2 })])).toMatchObject([{ id: first?.id }]);
  const [second] = cycle([clientSocket({ inode: 6 })]);
  expect(second?.id).not.toBe(first?.id);
});

it('treats another socket with the tuple of a connection that has closed as a new one', () => {
  begin();
  const [first] = cycle([clientSocket()]);
  cycle([]);
  const [second] = cycle([clientSocket({ inode: 4 })]);
  expect(second?.id).not.toBe(first?.id);
});

it('distinguishes the same tuple in two namespaces', () => {
  connections.beginCycle();
  const [one] = observe([clientSocket()], {}, 1);
  const [two] = observe([clientSocket()], {}, 2);
  expect(one?.id).not.toBe(two?.id);
});

it.each([TcpState.finWait1, TcpState.finWait2, TcpState.lastAck, TcpState.closing])(
  'does not treat state %i, closed by the local process, as open',
  (state) => {
    expect(cycle([clientSocket({ state })])).toMatchObject([{ open: 0 }]);
  },
);

it('treats CLOSE_WAIT, closed only by the remote endpoint, as open', () => {
  expect(cycle([clientSocket({ state: TcpState.closeWait })])).toMatchObject([{ open: 1 }]);
});

describe('the process', () => {
  it('is kept after it has ended', () => {
    cycle([clientSocket()], { 3: 20 });
    expect(cycle([clientSocket()])).toMatchObject([{ pid: 20 }]);
    expect(cycle([clientSocket({ inode: 0, state: TcpState.finWait2 })])).toMatchObject([{ pid: 20 }]);
  });

  it('is the listener’s until a process has accepted the connection', () => {
    const owners = { 1: 10, 2: 20 };
    begin();
    const [queued] = cycle([listener(), serverSocket({ inode: 0 })], owners);
    expect(queued).toMatchObject({ pid: 10, direction: 'inbound' });
    const [accepted] = cycle([listener(), serverSocket({ inode: 2 })], owners);
    expect(accepted).toMatchObject({ id: queued?.id, pid: 20, opened: 1 });
  });

  it('is the listener’s until the accepting process is found', () => {
    begin();
    expect(cycle([listener(), serverSocket()], { 1: 10 })).toMatchObject([{ pid: 10 }]);
    expect(cycle([listener(), serverSocket()], { 1: 10, 2: 20 })).toMatchObject([{ pid: 20 }]);
  });

  it('does not become the listener’s after the accepting process has closed it', () => {
    const owners = { 1: 10, 2: 20 };
    cycle([listener(), serverSocket()], owners);
    const closed = serverSocket({ inode: 0, state: TcpState.timeWait });
    expect(cycle([listener(), closed], owners)).toMatchObject([{ pid: 20 }]);
  });

  it('is unknown without an owner', () => {
    expect(cycle([clientSocket()])).toMatchObject([{ pid: undefined }]);
  });
});

it('observes both endpoints of connected UDP, with the server’s port', () => {
  const server = listener({ transport: 'udp', state: TcpState.close, localPort: 53 });
  const connected = serverSocket({ transport: 'udp', localPort: 53 });
  const [inbound, outbound] = cycle([server, connected, clientSocket({ transport: 'udp', remotePort: 53 })]);
  expect(inbound).toMatchObject({ transport: 'udp', direction: 'inbound', port: 53, open: 1 });
  expect(outbound).toMatchObject({ transport: 'udp', direction: 'outbound', port: 53, open: 1 });
});
