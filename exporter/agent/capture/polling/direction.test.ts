import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientSocket, listener, serverSocket } from '../../../../test/fixtures/socket-rows.ts';
import { createDirections } from './direction.ts';
import { createListeningSet } from './listening.ts';
import type { Socket } from './socket.ts';

const ephemeral = { first: 32768, last: 60999 };

/** The directions in namespace 1, with the rows of others and with the listeners of the previous cycle. */
function directionsOf(
  rows: readonly Socket[],
  { others = [] as (readonly Socket[])[], before = [] as Socket[] } = {},
) {
  const tables = [rows, ...others].map((sockets, at) => ({
    netns: at + 1,
    sockets,
    listening: [sockets, at === 0 ? before : []].map((of) => createListeningSet(of, ephemeral)),
  }));
  const directions = createDirections(tables, ephemeral);
  return rows.filter(({ remotePort }) => remotePort !== 0).map((socket) => directions.find(1, socket));
}

/** Both sockets of a connection on one host, the server's first. */
function pair(fields: Partial<Socket> = {}, address = '10.0.0.1'): [Socket, Socket] {
  const server = serverSocket({ localAddress: address, remoteAddress: address, ...fields });
  const { localAddress, localPort, remoteAddress, remotePort } = server;
  const client = { localAddress: remoteAddress, localPort: remotePort, remoteAddress: localAddress };
  return [server, clientSocket({ ...client, remotePort: localPort, transport: server.transport })];
}

describe('a connection to another host', () => {
  it.each([
    ['at a listener', [listener(), serverSocket()], 'inbound'],
    ['at a listener, from a low port', [listener(), serverSocket({ remotePort: 700 })], 'inbound'],
    ['from a port that the kernel chose', [clientSocket()], 'outbound'],
    ['from a port that the kernel chose, to such a port', [clientSocket({ remotePort: 40000 })], 'outbound'],
    ['of a server that has closed its listener', [serverSocket()], 'unknown'],
    ['from a low port', [clientSocket({ localPort: 700 })], 'unknown'],
    ['from a low port over UDP', [clientSocket({ localPort: 700, transport: 'udp' })], 'unknown'],
    [
      'at the address of another listener',
      [listener({ localAddress: '10.0.0.2' }), serverSocket()],
      'unknown',
    ],
  ] as const)('%s', (_title, rows, direction) => expect(directionsOf(rows)).toEqual([direction]));

  it('of a server that closed its listener right after accepting is inbound', () => {
    expect(directionsOf([serverSocket()], { before: [listener()] })).toEqual(['inbound']);
  });
});

describe('a connection on this host', () => {
  const atLoopback = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' };
  it.each([
    ['with a listener', [listener(), ...pair()], ['inbound', 'outbound']],
    [
      'with a listener on a port of the ephemeral range',
      [listener({ localPort: 40000 }), ...pair({ localPort: 40000 })],
      ['inbound', 'outbound'],
    ],
    ['from a low port', [listener(), ...pair({ remotePort: 700 })], ['inbound', 'outbound']],
    [
      'from the port of another listener',
      [listener(), listener({ localPort: 700 }), ...pair({ remotePort: 700 })],
      ['unknown', 'unknown'],
    ],
    ['without a listener', pair(), ['unknown', 'unknown']],
    [
      'without a listener, on a port of the ephemeral range',
      pair({ localPort: 40000 }),
      ['unknown', 'unknown'],
    ],
    [
      'of two UDP sockets that chose their ports',
      pair({ transport: 'udp', remotePort: 700 }),
      ['unknown', 'unknown'],
    ],
    [
      'from a low port, of which one socket is left',
      [listener(), clientSocket({ ...atLoopback, localPort: 700, remotePort: 80 })],
      ['outbound'],
    ],
    ['that is redirected', [clientSocket({ ...atLoopback, remotePort: 30000 })], ['outbound']],
    ['to itself', [serverSocket({ ...atLoopback, remotePort: 80 })], ['unknown']],
  ] as const)('%s', (_title, rows, expected) => expect(directionsOf(rows)).toEqual(expected));

  it('is determined by the listener in the namespace of the other socket', () => {
    const [server, client] = pair({ remoteAddress: '10.0.0.9', remotePort: 700 });
    expect(directionsOf([client], { others: [[listener(), server]] })).toEqual(['outbound']);
    expect(directionsOf([client], { others: [[server]] })).toEqual(['unknown']);
  });

  it('is not determined by a socket of another namespace at loopback, or of two namespaces', () => {
    const [server, client] = pair({ remotePort: 700 }, '127.0.0.1');
    expect(directionsOf([client], { others: [[listener(), server]] })).toEqual(['unknown']);
    const [one, other] = pair({ remoteAddress: '10.0.0.9', remotePort: 700 });
    expect(directionsOf([other], { others: [[listener(), one], [one]] })).toEqual(['unknown']);
  });
});

it('never gives both sockets of a connection the same direction, whatever listens', () => {
  const port = fc.constantFrom(80, 700, 40000, 51000);
  const anyListener = fc.record({
    localPort: port,
    localAddress: fc.constantFrom('0.0.0.0', '::', '10.0.0.1'),
  });
  fc.assert(
    fc.property(fc.array(anyListener), fc.array(anyListener), port, port, (now, earlier, at, from) => {
      fc.pre(at !== from);
      const sockets = pair({ localPort: at, remotePort: from });
      const before = earlier.map((fields) => listener(fields));
      const found = directionsOf([...now.map((fields) => listener(fields)), ...sockets], { before });
      expect([
        ['inbound', 'outbound'],
        ['outbound', 'inbound'],
        ['unknown', 'unknown'],
      ]).toContainEqual(found);
    }),
  );
});
