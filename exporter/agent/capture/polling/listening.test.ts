import { describe, expect, it } from 'vitest';
import { listener as socket } from '../../../../test/fixtures/socket-rows.ts';
import { createListeningSet } from './listening.ts';
import type { Socket } from './socket.ts';
import { TcpState } from './tcp-state.ts';

const ephemeral = { first: 32768, last: 60999 };

const accepted = (localAddress: string, localPort = 80, transport: Socket['transport'] = 'tcp') =>
  socket({
    transport,
    state: TcpState.established,
    localAddress,
    localPort,
    remoteAddress: '10.0.0.9',
    remotePort: 51000,
  });

describe('a connection was accepted by', () => {
  it.each([
    ['a listener on its own address', '10.0.0.1', '10.0.0.1', true],
    ['a listener on every IPv4 address', '0.0.0.0', '10.0.0.1', true],
    ['a dual-stack listener, over IPv4', '::', '10.0.0.1', true],
    ['a dual-stack listener, over IPv6', '::', 'fd00::1', true],
    ['no listener: it has another address', '10.0.0.2', '10.0.0.1', false],
    ['no listener: an IPv4 listener does not accept IPv6', '0.0.0.0', 'fd00::1', false],
  ])('%s', (_title, listening, local, found) => {
    const set = createListeningSet([socket({ localAddress: listening })], ephemeral);
    expect(set.find(accepted(local)).length > 0).toBe(found);
  });

  it('no listener when the IPv6 listener refuses IPv4', () => {
    const set = createListeningSet([socket({ localAddress: '::', ipv6Only: true })], ephemeral);
    expect(set.find(accepted('10.0.0.1'))).toEqual([]);
    expect(set.find(accepted('fd00::1'))).toHaveLength(1);
  });

  it('a listener on a port of the ephemeral range', () => {
    const set = createListeningSet([socket({ localPort: 40000 })], ephemeral);
    expect(set.find(accepted('10.0.0.1', 40000))).toHaveLength(1);
  });

  it('no listener of another transport', () => {
    const set = createListeningSet([socket({ transport: 'udp', state: TcpState.close })], ephemeral);
    expect(set.find(accepted('10.0.0.1'))).toEqual([]);
    expect(set.find(accepted('10.0.0.1', 80, 'udp'))).toHaveLength(1);
  });
});

it('does not treat a UDP socket on an ephemeral port as a server', () => {
  const bound = (localPort: number) => socket({ transport: 'udp', state: TcpState.close, localPort });
  const set = createListeningSet([bound(53), bound(40000)], ephemeral);
  expect(set.sockets.map((listener) => listener.localPort)).toEqual([53]);
});

it('finds all sockets that share a port', () => {
  const sockets = [socket({ inode: 7 }), socket({ inode: 8 })];
  const set = createListeningSet([...sockets, socket({ localAddress: '::' })], ephemeral);
  expect(set.sockets).toHaveLength(3);
  expect(set.find(accepted('10.0.0.1'))).toEqual(sockets);
});
