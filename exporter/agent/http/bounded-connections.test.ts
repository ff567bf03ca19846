import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { beforeEach, expect, it, vi } from 'vitest';
import { type BoundedConnections, createBoundedConnections } from './bounded-connections.ts';

let closed: string[];
let connections: BoundedConnections;
let port: number;

beforeEach(() => {
  closed = [];
  port = 0;
  connections = createBoundedConnections({
    waiting: 3,
    served: 2,
    requestTimeout: 1000,
    responseTimeout: 5000,
  });
});

/** A connection from an address, with a name for `closed`. */
function connect(name: string, remoteAddress = '10.0.0.1'): Socket {
  const socket = Object.assign(new EventEmitter(), {
    remoteAddress,
    remotePort: ++port,
    destroy: () => closed.push(name),
  }) as unknown as Socket;
  connections.add(socket);
  return socket;
}

it('closes the connection that waits for longest when there are too many', () => {
  for (const name of 'abcde') connect(name);
  expect(closed).toEqual(['a', 'b']);
});

it('closes connections of the peer with the most of them', () => {
  connect('honest', '10.0.0.9');
  for (const name of 'abc') connect(name);
  expect(closed).toEqual(['a']);
});

it.each([
  ['of this host', '127.0.0.1', '127.9.9.9'],
  ['of this host', '::1', '127.0.0.1'],
  ['of one IPv6 network', 'fd00:1:2:3::1', 'fd00:1:2:3:4::1'],
  ['of one address', '10.0.0.7', '::ffff:10.0.0.7'],
])('treats the addresses %s as one peer: %s, %s', (_title, one, other) => {
  connect('honest', '192.168.1.1');
  connect('a', one);
  connect('b', other);
  connect('c', '10.9.9.9');
  expect(closed).toEqual(['a']);
});

it('does not count a connection with a complete request among those that wait', () => {
  const served = connect('served');
  expect(connections.beginResponse(served)).toBe(true);
  for (const name of 'abcd') connect(name);
  expect(closed).toEqual(['a']);
});

it('closes the response without progress for longest when there are too many', () => {
  const [a, b, c] = [connect('a'), connect('b'), connect('c')];
  connections.beginResponse(a);
  connections.beginResponse(b);
  connections.progress(a);
  connections.beginResponse(c);
  expect(closed).toEqual(['b']);
});

it('closes idle connections before those with a response in progress', () => {
  const [a, b, c] = [connect('a'), connect('b'), connect('c')];
  connections.beginResponse(a);
  connections.beginResponse(b);
  connections.endResponse(b);
  connections.beginResponse(c);
  expect(closed).toEqual(['b']);
});

it('closes a connection that sends a second request before it has read the response to the first', () => {
  const a = connect('a');
  expect(connections.beginResponse(a)).toBe(true);
  expect(connections.beginResponse(a)).toBe(false);
  expect(closed).toEqual(['a']);
});

it('serves a connection again after a response', () => {
  const a = connect('a');
  for (let i = 0; i < 3; i++) {
    expect(connections.beginResponse(a)).toBe(true);
    connections.endResponse(a);
  }
  expect(closed).toEqual([]);
});

it('closes connections that send no request, or do not read the response, in time', () => {
  vi.useFakeTimers();
  try {
    const [, b, c] = [connect('a'), connect('b'), connect('c')];
    connections.beginResponse(b);
    connections.beginResponse(c);
    connections.endResponse(c);
    vi.advanceTimersByTime(1000);
    expect(closed).toEqual(['a', 'c']);
    vi.advanceTimersByTime(4000);
    expect(closed).toEqual(['a', 'c', 'b']);
  } finally {
    vi.useRealTimers();
  }
});

it('accepts more once connections are closed by the client', () => {
  for (const name of 'abc') connect(name).emit('close');
  for (const name of 'def') connect(name);
  expect(closed).toEqual([]);
});
