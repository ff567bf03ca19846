import { beforeEach, describe, expect, it } from 'vitest';
import { asked, listener, served } from '../../../../test/fixtures/socket-rows.ts';
import { type Connections, createConnections } from './connections.ts';
import { createListeningSet } from './listening.ts';
import type { Socket } from './socket.ts';
import { TcpState } from './tcp-state.ts';

const NETNS = 7;
const ephemeral = { first: 32768, last: 60999 };
let connections: Connections;

/** One pass over one namespace; `owners` maps inodes to pids. */
function pass(sockets: readonly Socket[], owners: Readonly<Record<number, number>> = {}) {
  connections.beginCycle();
  return observe(sockets, owners);
}

function observe(sockets: readonly Socket[], owners: Readonly<Record<number, number>> = {}, netns = NETNS) {
  const listening = createListeningSet(sockets, ephemeral);
  return connections.observe(netns, sockets, listening.find, (inode) => owners[inode]);
}

beforeEach(() => {
  connections = createConnections();
});

/** Lets the capture begin, so that what follows is new to it. */
const begin = () => pass([]);

describe('direction', () => {
  it('is inbound through a listener and outbound without one, with the port of the listening end', () => {
    const [first, second] = pass([listener(), served(), asked()]);
    expect(first).toMatchObject({ netns: NETNS, transport: 'tcp', direction: 'inbound', port: 80 });
    expect(first).toMatchObject({ localAddress: '10.0.0.1', remoteAddress: '10.0.0.9' });
    expect(second).toMatchObject({ direction: 'outbound', port: 5432 });
  });

  it('stays once the listener is gone', () => {
    pass([listener(), served()]);
    expect(pass([served()])).toMatchObject([{ direction: 'inbound', port: 80 }]);
  });

  it('stays once a listener takes over the client’s port', () => {
    pass([asked()]);
    expect(pass([listener({ localPort: 51000 }), asked()])).toMatchObject([{ direction: 'outbound' }]);
  });

  it('is told by the listeners of the same namespace only', () => {
    connections.beginCycle();
    observe([listener()], {}, 1);
    expect(observe([served()], {}, 2)).toMatchObject([{ netns: 2, direction: 'outbound' }]);
  });
});

describe('a socket that tells its own direction', () => {
  it('is believed where no listener is left, and before a listener', () => {
    expect(pass([served({ initiated: false })])).toMatchObject([{ direction: 'inbound', port: 80 }]);
    const dialling = served({ initiated: true, inode: 9, remotePort: 4001 });
    expect(pass([listener(), dialling])).toMatchObject([{ direction: 'outbound', port: 4001 }]);
  });

  it('corrects what was settled without it', () => {
    const [first] = pass([served()]);
    const [second] = pass([served({ initiated: false })]);
    expect([first?.direction, second?.direction]).toEqual(['outbound', 'inbound']);
    expect(second?.id).toBe(first?.id);
    expect(pass([served({ inode: 0, state: TcpState.finWait2 })])).toMatchObject([{ direction: 'inbound' }]);
  });
});

describe('a row that a changing table shows twice', () => {
  it.each([
    ['unchanged', asked()],
    ['in TIME_WAIT by then', asked({ state: TcpState.timeWait, inode: 0 })],
  ])('is one connection: %s', (_title, again) => {
    begin();
    expect(pass([asked(), again])).toMatchObject([{ open: 1, opened: 1 }]);
    expect(pass([asked(), again])).toHaveLength(1);
  });
});

it('knows UDP sockets with the same two ends apart, and each again', () => {
  begin();
  const [one, two] = [asked({ transport: 'udp' }), asked({ transport: 'udp', inode: 9 })];
  const ids = pass([one, two]).map(({ id }) => id);
  expect(new Set(ids).size).toBe(2);
  expect(pass([one, two]).map(({ id }) => id)).toEqual(ids);
});

describe('what is counted', () => {
  it('is not what was there when the capture began', () => {
    const before = { transmittedBytes: 500, receivedBytes: 70, retransmits: 3 };
    expect(pass([asked(before)])).toMatchObject([
      { open: 1, opened: 0, transmittedBytes: 0, receivedBytes: 0, retransmits: 0 },
    ]);
    const later = { transmittedBytes: 600, receivedBytes: 75, retransmits: 4 };
    expect(pass([asked(later)])).toMatchObject([
      { open: 1, opened: 0, transmittedBytes: 100, receivedBytes: 5, retransmits: 1 },
    ]);
  });

  it('is all of a connection opened since', () => {
    begin();
    expect(pass([asked({ transmittedBytes: 500 })])).toMatchObject([
      { open: 1, opened: 1, transmittedBytes: 500 },
    ]);
  });

  it('leaves out what the source does not give', () => {
    const [observation] = pass([asked()]);
    expect(observation).not.toHaveProperty('transmittedBytes');
    expect(observation).not.toHaveProperty('rtt');
    expect(pass([asked({ rtt: 0.25 })])).toMatchObject([{ rtt: 0.25 }]);
  });

  it.each([
    ['LISTEN', listener()],
    ['SYN_SENT', asked({ state: TcpState.synSent })],
    ['SYN_RECV', served({ state: TcpState.synReceived })],
    ['an unconnected UDP socket', listener({ transport: 'udp', state: TcpState.close })],
  ])('is no connection: %s', (_name, socket) => {
    expect(pass([socket])).toEqual([]);
  });
});

describe('TIME_WAIT', () => {
  const timeWait = (socket: Socket): Socket => ({ ...socket, state: TcpState.timeWait, inode: 0 });

  it('counts a connection too short to be met open, once', () => {
    begin();
    const [first] = pass([listener(), timeWait(served())]);
    expect(first).toMatchObject({ direction: 'inbound', open: 0, opened: 1 });
    expect(pass([listener(), timeWait(served())])).toMatchObject([{ id: first?.id, open: 0, opened: 1 }]);
  });

  it('is the same connection as before it, no longer open', () => {
    begin();
    const [open] = pass([asked()], { 3: 20 });
    expect(pass([timeWait(asked())])).toMatchObject([{ id: open?.id, open: 0, opened: 1, pid: 20 }]);
  });

  it.each([
    ['held by a process', asked({ inode: 9 })],
    ['still in an accept queue', asked({ inode: 0 })],
  ])('followed by an open row is another connection on the same ports, %s', (_title, reused) => {
    begin();
    const [first] = pass([timeWait(asked())]);
    const [second] = pass([reused]);
    expect(second).toMatchObject({ open: 1, opened: 1 });
    expect(second?.id).not.toBe(first?.id);
  });
});

it('takes the same ends with another socket for another connection', () => {
  begin();
  const [first] = pass([asked({ inode: 5 })]);
  const [second] = pass([asked({ inode: 6 })]);
  expect(second).toMatchObject({ open: 1, opened: 1 });
  expect(second?.id).not.toBe(first?.id);
});

it('remembers the socket of a connection that no process holds any more', () => {
  begin();
  const [first] = pass([asked({ inode: 5 })]);
  expect(pass([asked({ inode: 0, state: TcpState.finWait2 })])).toMatchObject([{ id: first?.id }]);
  const [second] = pass([asked({ inode: 6 })]);
  expect(second?.id).not.toBe(first?.id);
});

it('counts ends that come back after a pass without them as another connection', () => {
  begin();
  const [first] = pass([asked()]);
  pass([]);
  const [second] = pass([asked()]);
  expect(second?.id).not.toBe(first?.id);
});

it('knows the same ends in two namespaces apart', () => {
  connections.beginCycle();
  const [one] = observe([asked()], {}, 1);
  const [two] = observe([asked()], {}, 2);
  expect(one?.id).not.toBe(two?.id);
});

it.each([TcpState.finWait1, TcpState.finWait2, TcpState.lastAck, TcpState.closing])(
  'does not hold state %i, closed by its own process, to be open',
  (state) => {
    expect(pass([asked({ state })])).toMatchObject([{ open: 0 }]);
  },
);

it('holds CLOSE_WAIT, closed by the other end alone, to be open', () => {
  expect(pass([asked({ state: TcpState.closeWait })])).toMatchObject([{ open: 1 }]);
});

describe('the process', () => {
  it('stays once it has gone', () => {
    pass([asked()], { 3: 20 });
    expect(pass([asked()])).toMatchObject([{ pid: 20 }]);
    expect(pass([asked({ inode: 0, state: TcpState.finWait2 })])).toMatchObject([{ pid: 20 }]);
  });

  it('is the listener’s while no process has accepted the connection, then who did', () => {
    const owners = { 1: 10, 2: 20 };
    begin();
    const [queued] = pass([listener(), served({ inode: 0 })], owners);
    expect(queued).toMatchObject({ pid: 10, direction: 'inbound' });
    const [accepted] = pass([listener(), served({ inode: 2 })], owners);
    expect(accepted).toMatchObject({ id: queued?.id, pid: 20, opened: 1 });
  });

  it('is the listener’s where the one that accepted is not found, until it is', () => {
    begin();
    expect(pass([listener(), served()], { 1: 10 })).toMatchObject([{ pid: 10 }]);
    expect(pass([listener(), served()], { 1: 10, 2: 20 })).toMatchObject([{ pid: 20 }]);
  });

  it('does not become the listener’s once the one that accepted has closed it', () => {
    const owners = { 1: 10, 2: 20 };
    pass([listener(), served()], owners);
    const closed = served({ inode: 0, state: TcpState.timeWait });
    expect(pass([listener(), closed], owners)).toMatchObject([{ pid: 20 }]);
  });

  it('is unknown when no one tells', () => {
    expect(pass([asked()])).toMatchObject([{ pid: undefined }]);
  });
});

it('observes connected UDP at both ends, by the port that someone listens on', () => {
  const server = listener({ transport: 'udp', state: TcpState.close, localPort: 53 });
  const answering = served({ transport: 'udp', localPort: 53 });
  const [inbound, outbound] = pass([server, answering, asked({ transport: 'udp', remotePort: 53 })]);
  expect(inbound).toMatchObject({ transport: 'udp', direction: 'inbound', port: 53, open: 1 });
  expect(outbound).toMatchObject({ transport: 'udp', direction: 'outbound', port: 53, open: 1 });
});
