import { describe, expect, it } from 'vitest';
import type { ListenerRow, UnixRow } from './layout.ts';
import { listenerSocketsOf, listenersOf } from './listeners.ts';

const row = (fields: Partial<ListenerRow> = {}): ListenerRow => ({
  ...{ kind: 'listener', netns: 1, pid: 7, transport: 'tcp', ipv6Only: false, address: '0.0.0.0', port: 80 },
  ...{ image: 5, exec: 3, acceptor: 0, recordedPid: 7, started: fields.pid ?? 7, socket: 's', ...fields },
});

/** A listener of its own on the same port. */
const another = (fields: Partial<ListenerRow> = {}) => row({ socket: 'other', ...fields });

const unixRow = (fields: Partial<UnixRow> = {}): UnixRow => ({
  ...{ kind: 'unix', netns: 1, pid: 7, listens: true, socket: 's', peer: '', nameId: 'n', peerNameId: '' },
  ...{ inode: 1, name: Buffer.from('/run/app.sock'), listenerPid: 7, view: { mntns: 5, root: 'root' } },
  ...{ exec: 3, started: 1, ...fields },
});

const pids = (rows: readonly ListenerRow[]) => listenersOf(listenerSocketsOf(rows), []).map(({ pid }) => pid);

it('returns a listener as scanned', () => {
  const listener = { netns: 1, transport: 'tcp', address: '0.0.0.0', port: 80, pid: 7, ipv6Only: false };
  expect(listenerSocketsOf([row()])).toEqual([{ ...listener, image: 5, recordedPid: 7 }]);
  expect(listenersOf(listenerSocketsOf([row()]), [])).toEqual([listener]);
});

describe('a listener that was passed on', () => {
  const recorded = (rows: readonly ListenerRow[]) =>
    listenerSocketsOf(rows).map(({ pid, recordedPid }) => [pid, recordedPid]);
  const given = (fields: Partial<ListenerRow> = {}) => row({ pid: 8, exec: 4, ...fields });

  it('has the connections that were attributed to another process if it has accepted', () => {
    expect(recorded([row({ acceptor: 4 }), given()])).toEqual([[8, 7]]);
    expect(recorded([given({ acceptor: 4 })])).toEqual([[8, 7]]);
    expect(recorded([given({ recordedPid: 1 })])).toEqual([[8, 1]]);
  });

  it('does not have them otherwise', () => {
    expect(recorded([row(), given()])).toEqual([[7, 7]]);
    expect(recorded([given()])).toEqual([[8, 8]]);
  });
});

it('returns Unix listeners by name and process', () => {
  const abstract = unixRow({ name: Buffer.from('\0app') });
  expect(listenersOf([], [unixRow(), abstract, unixRow({ pid: 8 }), unixRow()])).toMatchObject([
    { transport: 'unix', address: '/run/app.sock', port: 0, pid: 7, ipv6Only: false },
    { transport: 'unix', address: '@app', port: 0 },
    { transport: 'unix', address: '/run/app.sock', pid: 8 },
  ]);
});

describe('on the same address and port', () => {
  it('returns a socket that several processes hold once', () =>
    expect(pids([row(), row({ pid: 8 })])).toEqual([7]));

  it('returns each process that has a socket of its own, once', () => {
    expect(pids([row(), another({ pid: 8 }), row({ socket: 'third' })])).toEqual([7, 8]);
  });

  it('returns the program that has accepted, also if another one opened the listener', () => {
    const given = { pid: 8, exec: 4 };
    expect(pids([row(), row(given)])).toEqual([7]);
    expect(pids([row({ acceptor: 4 }), row({ ...given, acceptor: 4 })])).toEqual([8]);
    // One that does not hold the listener was given single connections.
    expect(pids([row({ acceptor: 6 }), row({ ...given, acceptor: 6 })])).toEqual([7]);
  });

  it.each([
    ['namespace', { netns: 2 }],
    ['transport', { transport: 'udp' }],
    ['address', { address: '127.0.0.1' }],
    ['port', { port: 81 }],
  ] as const)('distinguishes those of another %s', (_title, fields) => {
    expect(pids([row(), another({ pid: 8, ...fields })])).toEqual([7, 8]);
  });
});

describe('a listener on all IPv6 addresses', () => {
  const every = (fields: Partial<ListenerRow> = {}) => row({ address: '::', ...fields });
  const isIpv6Only = (rows: readonly ListenerRow[]) =>
    listenerSocketsOf(rows).find(({ address }) => address === '::')?.ipv6Only;

  it('accepts IPv4 as well', () => expect(isIpv6Only([every()])).toBe(false));
  it('does not accept IPv4 with IPV6_V6ONLY', () =>
    expect(isIpv6Only([every({ ipv6Only: true })])).toBe(true));

  it('does not accept IPv4 if another listener does', () => {
    expect(isIpv6Only([every(), another()])).toBe(true);
    expect(isIpv6Only([another(), every()])).toBe(true);
  });

  it.each([
    ['another port', { port: 81 }],
    ['another transport', { transport: 'udp' }],
    ['another namespace', { netns: 2 }],
    ['a single address', { address: '127.0.0.1' }],
  ] as const)('accepts IPv4 if another listens on %s', (_title, fields) => {
    expect(isIpv6Only([every(), another(fields)])).toBe(false);
  });
});

it('marks no other listener as IPv6 only', () => {
  expect(listenerSocketsOf([row({ address: 'fd00::1', ipv6Only: true })])).toMatchObject([
    { ipv6Only: false },
  ]);
});
