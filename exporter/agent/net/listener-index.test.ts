import { describe, expect, it } from 'vitest';
import {
  type BoundAddress,
  createListenerGroups,
  createListenerIndex,
  type SocketAddress,
  socketKey,
} from './listener-index.ts';

const at = (address: string, fields: Partial<BoundAddress> = {}): BoundAddress => ({
  ...{ netns: 7, transport: 'tcp', port: 80, address },
  ...fields,
});

const find = (target: SocketAddress, ...listeners: BoundAddress[]) =>
  createListenerIndex(
    listeners,
    (listener) => listener,
    () => at('several'),
  ).find(target)?.address;

describe('finds the listener on', () => {
  it.each([
    ['the very address', '10.0.0.1', ['::', '0.0.0.0', '10.0.0.1'], '10.0.0.1'],
    ['every IPv4 address', '10.0.0.1', ['::', '0.0.0.0'], '0.0.0.0'],
    ['every address, over IPv4', '10.0.0.1', ['::'], '::'],
    ['every address, over IPv6', 'fd00::1', ['0.0.0.0', '::'], '::'],
    ['the very IPv6 address', 'fd00::1', ['::', 'fd00::1'], 'fd00::1'],
  ])('%s', (_title, address, bound, expected) => {
    expect(find(at(address), ...bound.map((each) => at(each)))).toBe(expected);
  });
});

describe('finds none', () => {
  it.each([
    ['on another address', at('10.0.0.2')],
    ['for IPv4 on :: with IPV6_V6ONLY', at('::', { ipv6Only: true })],
    ['in another network namespace', at('10.0.0.1', { netns: 8 })],
    ['of another transport', at('10.0.0.1', { transport: 'udp' })],
    ['on another port', at('10.0.0.1', { port: 81 })],
  ])('%s', (_title, listener) => expect(find(at('10.0.0.1'), listener)).toBeUndefined());

  it('for IPv6 on 0.0.0.0', () => expect(find(at('::1'), at('0.0.0.0'))).toBeUndefined());
});

it('finds the one on :: with IPV6_V6ONLY over IPv6', () => {
  expect(find(at('::1'), at('::', { ipv6Only: true }))).toBe('::');
});

it('finds all listeners on one address, and merges them', () => {
  const group = [at('0.0.0.0'), at('0.0.0.0')];
  const groups = createListenerGroups([...group, at('::'), at('10.0.0.1')], (listener) => listener);
  expect(groups.find(at('10.0.0.2'))).toEqual(group);
  expect(groups.find(at('10.0.0.1'))).toEqual([at('10.0.0.1')]);
  expect(groups.find(at('10.0.0.1', { port: 81 }))).toEqual([]);
  expect(find(at('10.0.0.2'), ...group, at('::'))).toBe('several');
});

it('gives each socket address a key of its own', () => {
  const addresses = [at('::'), at('::1'), at('::', { port: 8 }), at('::', { netns: 1 })];
  expect(new Set(addresses.map(socketKey)).size).toBe(addresses.length);
});
