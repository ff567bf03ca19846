import { describe, expect, it } from 'vitest';
import type { ListenerRow, UnixRow } from './layout.ts';
import { listenersOf } from './listeners.ts';

const row = (fields: Partial<ListenerRow> = {}): ListenerRow => ({
  ...{ kind: 'listener', netns: 1, pid: 7, transport: 'tcp', ipv6Only: false, address: '0.0.0.0', port: 80 },
  ...fields,
});

const unixRow = (fields: Partial<UnixRow> = {}): UnixRow => ({
  ...{ kind: 'unix', netns: 1, pid: 7, listens: true, socket: 's', peer: '', nameId: 'n', peerNameId: '' },
  ...{ inode: 1, name: Buffer.from('/run/app.sock'), listenerPid: 7, view: { mntns: 5, root: 'root' } },
  ...fields,
});

const pids = (rows: readonly ListenerRow[]) => listenersOf(rows).map(({ pid }) => pid);

it('returns a listener as scanned', () => {
  expect(listenersOf([row()])).toEqual([
    { netns: 1, transport: 'tcp', address: '0.0.0.0', port: 80, pid: 7, ipv6Only: false },
  ]);
});

it('returns Unix listeners by name, and no other Unix sockets', () => {
  const abstract = unixRow({ socket: 'a', name: Buffer.from('\0app') });
  const client = unixRow({ listens: false, name: Buffer.from('/run/client.sock') });
  expect(listenersOf([unixRow(), abstract, client])).toMatchObject([
    { transport: 'unix', address: '/run/app.sock', port: 0, pid: 7, ipv6Only: false },
    { transport: 'unix', address: '@app', port: 0 },
  ]);
});

it('returns each of several Unix listeners with one name, and each once', () => {
  const rows = [unixRow(), unixRow({ pid: 8 }), unixRow({ socket: 'other', pid: 9 })];
  expect(listenersOf(rows)).toMatchObject([{ pid: 7 }, { pid: 9 }]);
});

describe('of several listeners on the same address and port', () => {
  it('returns the first', () => expect(pids([row(), row({ pid: 8 })])).toEqual([7]));

  it('returns init only if there is no other', () => {
    expect(pids([row({ pid: 1 }), row(), row({ pid: 8 })])).toEqual([7]);
    expect(pids([row(), row({ pid: 1 })])).toEqual([7]);
    expect(pids([row({ pid: 1 })])).toEqual([1]);
  });

  it.each([
    ['namespace', { netns: 2 }],
    ['transport', { transport: 'udp' }],
    ['address', { address: '127.0.0.1' }],
    ['port', { port: 81 }],
  ] as const)('distinguishes those of another %s', (_title, fields) => {
    expect(pids([row(), row({ pid: 8, ...fields })])).toEqual([7, 8]);
  });
});

describe('a listener on all IPv6 addresses', () => {
  const every = (fields: Partial<ListenerRow> = {}) => row({ address: '::', ...fields });
  const isIpv6Only = (rows: readonly ListenerRow[]) =>
    listenersOf(rows).find(({ address }) => address === '::')?.ipv6Only;

  it('accepts IPv4 as well', () => expect(isIpv6Only([every()])).toBe(false));
  it('does not accept IPv4 with IPV6_V6ONLY', () =>
    expect(isIpv6Only([every({ ipv6Only: true })])).toBe(true));

  it('does not accept IPv4 if another listener does', () => {
    expect(isIpv6Only([every(), row()])).toBe(true);
    expect(isIpv6Only([row(), every()])).toBe(true);
  });

  it.each([
    ['another port', { port: 81 }],
    ['another transport', { transport: 'udp' }],
    ['another namespace', { netns: 2 }],
    ['a single address', { address: '127.0.0.1' }],
  ] as const)('accepts IPv4 if another listens on %s', (_title, fields) => {
    expect(isIpv6Only([every(), row(fields)])).toBe(false);
  });
});

it('marks no other listener as IPv6 only', () => {
  expect(listenersOf([row({ address: 'fd00::1', ipv6Only: true })])).toMatchObject([{ ipv6Only: false }]);
});
