import { describe, expect, it } from 'vitest';
import { halfEdge, SHOP } from '../../test/fixtures/half-edges.ts';
import type { Listener, Transport } from './capture/capture.ts';
import { createReachableAddresses, toServiceListeners, withoutForeignListeners } from './half-edge.ts';

const local = { host: 'host-a', ...SHOP };

describe('a half-edge', () => {
  it('has the local endpoint as the source of an outbound connection', () => {
    const { src, dst } = halfEdge();
    expect(src).toEqual({ address: '10.0.0.1', ...local });
    expect(dst).toEqual({ address: '10.0.0.9', kind: 'unknown' });
  });

  it('has the local endpoint as the destination of an inbound connection', () => {
    const { src, dst } = halfEdge({ direction: 'inbound' });
    expect(src).toEqual({ address: '10.0.0.9', kind: 'unknown' });
    expect(dst).toEqual({ address: '10.0.0.1', ...local });
  });

  it('has the local host even without the process', () => {
    const { src } = halfEdge({ pid: undefined }, null);
    expect(src).toEqual({ address: '10.0.0.1', host: 'host-a', kind: 'unknown' });
  });

  it('has the local endpoint as the destination if the direction is unknown', () => {
    const { src, dst } = halfEdge({ direction: 'unknown' });
    expect(src).toEqual({ address: '10.0.0.9', kind: 'unknown' });
    expect(dst).toEqual({ address: '10.0.0.1', ...local });
  });
});

describe('the remote endpoint', () => {
  const db = { service: 'db', process: 'postgres', pid: 30, kind: 'container' } as const;
  const socket = { transport: 'unix', port: 0, localAddress: '', remoteAddress: '/run/db' } as const;

  it.each(['outbound', 'inbound'] as const)('is named if the capture knows its process (%s)', (direction) => {
    const { src, dst } = halfEdge({ direction }, SHOP, db);
    expect(direction === 'outbound' ? dst : src).toEqual({
      ...{ address: '10.0.0.9', host: 'host-a' },
      ...db,
    });
  });

  it('is on this host if the capture has seen its process, although that has no name', () => {
    expect(halfEdge({ remotePid: 30 }).dst).toEqual({ address: '10.0.0.9', host: 'host-a', kind: 'unknown' });
  });

  it('of a Unix socket is on this host', () => {
    expect(halfEdge(socket).dst).toEqual({ address: '/run/db', host: 'host-a', kind: 'unknown' });
    expect(halfEdge(socket, SHOP, db)).toMatchObject({
      src: { address: '', ...SHOP },
      dst: { address: '/run/db', ...db },
    });
  });

  it('of a Unix socket has no address as a client', () => {
    expect(halfEdge({ ...socket, direction: 'inbound' }, db, SHOP)).toMatchObject({
      src: { address: '', ...SHOP },
      dst: { address: '/run/db', ...db },
    });
  });
});

describe('many dependencies in one', () => {
  const folded = { folded: true, localAddress: '', remoteAddress: '', port: 0 };
  const other = { address: '', service: 'other', kind: 'unknown' };

  it('lead to `other` from the process if that is known', () => {
    expect(halfEdge(folded)).toMatchObject({
      src: { address: '', service: 'shop', host: 'host-a' },
      dst: other,
    });
    expect(halfEdge({ ...folded, direction: 'inbound' })).toMatchObject({ src: other, dst: { pid: 20 } });
  });

  it('lead from `other` on this host if it is not', () => {
    const { src, dst } = halfEdge(folded, null);
    expect(src).toEqual({ ...other, host: 'host-a' });
    expect(dst).toEqual(other);
  });
});

describe('a listener bound to an address', () => {
  const OWN = ['10.0.0.5', 'fd00::5'];
  const kept = (address: string, addresses: readonly string[] = OWN, transport: Transport = 'tcp') =>
    withoutForeignListeners(
      [{ netns: 7, transport, address, port: 80, pid: 20, ipv6Only: false }],
      (netns) => (netns === 7 ? addresses : []),
    ).length > 0;

  it('that another host has, such as a virtual IP of which this host is the standby, is not reported', () => {
    expect(kept('10.0.0.99')).toBe(false);
    expect(kept('fd00::99')).toBe(false);
  });

  it.each([...OWN, '0.0.0.0', '::', '127.0.0.53', '::1', '169.254.20.10', 'fe80::1'])(
    'of its network namespace or of every one, such as %s, is reported',
    (address) => expect(kept(address)).toBe(true),
  );

  it('is reported if the addresses of its network namespace cannot be read', () => {
    expect(kept('10.0.0.99', [])).toBe(true);
  });

  it('that is the name of a Unix socket is reported', () => {
    expect(kept('/run/app.sock', OWN, 'unix')).toBe(true);
  });
});

it.each([
  ['one address', '10.0.0.5', false, ['10.0.0.5']],
  ['every IPv4 address', '0.0.0.0', false, ['0.0.0.0', '10.0.0.1']],
  ['every address', '::', false, ['::', '10.0.0.1', 'fd00::1']],
  ['every IPv6 address', '::', true, ['::', 'fd00::1']],
])(
  'makes a listener on %s a service at each address where it can be reached',
  (_title, address, ipv6Only, expected) => {
    const listener = { netns: 7, transport: 'tcp' as Transport, address, port: 80, pid: 20, ipv6Only };
    const serviceListeners = toServiceListeners(listener, ['10.0.0.1', 'fd00::1'], SHOP, 'h');
    expect(serviceListeners.map(({ dst }) => dst.address)).toEqual(expected);
    for (const { dst, port, netns } of serviceListeners)
      expect({ dst, port, netns }).toMatchObject({ port: 80, netns: 7, dst: { service: 'shop', host: 'h' } });
  },
);

describe('a listener on all addresses', () => {
  const listener = (fields: Partial<Listener> = {}): Listener => ({
    ...{ netns: 1, transport: 'tcp', address: '0.0.0.0', port: 80, pid: 7, ipv6Only: false, ...fields },
  });
  const addresses = ['10.0.0.1', '10.0.0.2'];

  it.each([
    ['none', listener({ port: 81, address: '10.0.0.1' }), addresses],
    ['none in its network namespace', listener({ netns: 2, address: '10.0.0.1' }), addresses],
    ['one of them', listener({ address: '10.0.0.1' }), ['10.0.0.2']],
  ])('is reached at each address to which no other is bound: %s', (_title, other, expected) => {
    const every = listener();
    expect(createReachableAddresses([every, other], () => addresses)(every)).toEqual(expected);
  });
});
