import { describe, expect, it } from 'vitest';
import type { Observation } from '../capture/capture.ts';
import { withoutWildcard } from './wildcard-address.ts';

const seen = (localAddress: string, remoteAddress: string): Observation => ({
  id: '1',
  netns: 7,
  transport: 'udp',
  direction: 'inbound',
  localAddress,
  remoteAddress,
  port: 53,
  pid: 1,
  open: 0,
  opened: 1,
});

const ADDRESSES = ['10.0.0.5', '172.17.0.1', '10.0.9.5', 'fd00::5', 'fd00:0:0:1::5'];
const localOf = (local: string, remote: string, addresses = ADDRESSES) =>
  withoutWildcard(seen(local, remote), addresses).localAddress;

describe('the local address of a socket bound to a wildcard', () => {
  it.each([
    ['in the same subnet', '10.0.0.9', '10.0.0.5'],
    ['in another of its subnets', '10.0.9.200', '10.0.9.5'],
    ['of a container', '172.17.0.3', '172.17.0.1'],
    ['on this host', '10.0.0.5', '10.0.0.5'],
    ['on loopback', '127.0.0.53', '127.0.0.1'],
    ['of IPv6', 'fd00:0:0:1::9', 'fd00:0:0:1::5'],
    ['on loopback of IPv6', '::1', '::1'],
  ])('is the one nearest to a peer %s', (_where, peer, local) => {
    expect(localOf(peer.includes(':') ? '::' : '0.0.0.0', peer)).toBe(local);
  });

  it('is empty if no address is of the peer’s family', () => {
    expect(localOf('0.0.0.0', '10.0.0.9', ['fd00::5'])).toBe('');
    expect(localOf('::', 'fd00::9', [])).toBe('');
  });
});

it('keeps a specific local address', () => {
  const observation = seen('10.0.9.5', '10.0.0.9');
  expect(withoutWildcard(observation, ADDRESSES)).toBe(observation);
});
