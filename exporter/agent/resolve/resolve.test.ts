import { describe, expect, it } from 'vitest';
import { halfEdge, SHOP } from '../../../test/fixtures/half-edges.ts';
import { type HalfEdge, remoteEndpoint } from '../half-edge.ts';
import { CLOUD_SERVICES } from './known-networks.ts';
import type { Network } from './networks.ts';
import { createResolve, type ResolveOptions } from './resolve.ts';

const NO_ADDRESSES: ReadonlySet<string> = new Set();
const INTERNET = { address: '', service: 'internet', kind: 'internet' };

function resolveOne(half: HalfEdge, options: ResolveOptions = {}, localAddresses = NO_ADDRESSES) {
  const folds: string[] = [];
  const [resolved] = createResolve(options)([half], localAddresses, (reason) => folds.push(reason));
  return { remote: remoteEndpoint(resolved as HalfEdge), resolved, folds };
}

const to = (remoteAddress: string, options?: ResolveOptions) =>
  resolveOne(halfEdge({ remoteAddress }), options);

describe('an address', () => {
  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '203.0.113.9', '2606:4700::1', '::2', '64:ff9b::1'])(
    'on the internet is folded into it: %s',
    (address) => {
      expect(to(address)).toMatchObject({ remote: INTERNET, folds: ['internet'] });
    },
  );

  it.each([
    ...['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1', '100.64.0.1', '100.127.255.255'],
    ...['127.0.0.1', '169.254.1.1', '224.0.0.251', '255.255.255.255', '0.0.0.0'],
    ...['::', '::1', 'fd00::1', 'fe80::1', 'ff02::fb'],
  ])('that may be of an own host is kept: %s', (address) => {
    const half = halfEdge({ remoteAddress: address });
    const { resolved, folds } = resolveOne(half);
    expect(resolved).toBe(half);
    expect(folds).toEqual([]);
  });

  it('of a client is folded like that of a server, and the port is kept', () => {
    const { resolved } = resolveOne(halfEdge({ direction: 'inbound', remoteAddress: '8.8.8.8', port: 443 }));
    expect(resolved).toMatchObject({ src: INTERNET, dst: { service: 'shop', address: '10.0.0.1' } });
    expect(resolved?.flow.port).toBe(443);
  });

  it('on the internet is kept with `internet: keep`', () => {
    const { remote, folds } = to('8.8.8.8', { internet: 'keep' });
    expect(remote).toEqual({ address: '8.8.8.8', kind: 'unknown' });
    expect(folds).toEqual([]);
  });

  it('of this host is kept although it is public', () => {
    const half = halfEdge({ remoteAddress: '8.8.8.8' });
    expect(resolveOne(half, {}, new Set(['8.8.8.8'])).resolved).toBe(half);
  });
});

describe('an endpoint that is known already', () => {
  const process = { service: 'db', process: 'postgres', pid: 30, kind: 'process' } as const;
  it.each([
    ['by its process', halfEdge({ remoteAddress: '8.8.8.8' }, SHOP, process)],
    ['to be on this host', halfEdge({ remoteAddress: '8.8.8.8', remotePid: 30 })],
    ['by pairing', { ...halfEdge(), dst: { address: '8.8.8.8', ...process } }],
    ['by DNS', { ...halfEdge(), dst: { address: '8.8.8.8', service: 'dns.google', kind: 'dns' as const } }],
    [
      'as a Unix socket',
      halfEdge({ transport: 'unix', remoteAddress: '8.8.8.8', localAddress: '', port: 0 }),
    ],
    ['as many', halfEdge({ folded: true, localAddress: '', remoteAddress: '', port: 0 })],
  ])('%s is left as it is', (_title, half) => {
    const networks = [{ cidr: '0.0.0.0/0', name: 'all' }];
    expect(resolveOne(half, { networks }).resolved).toBe(half);
  });
});

describe("the user's networks", () => {
  const networks: Network[] = [
    { cidr: '10.0.0.0/8', name: 'office', site: 'hq' },
    { cidr: '10.9.0.0/16', site: 'fra' },
    { cidr: '203.0.113.0/24' },
    { cidr: '0.0.0.0/0', name: 'abroad' },
  ];

  it('with a name replace their addresses', () => {
    const { remote, folds } = to('10.1.2.3', { networks });
    expect(remote).toEqual({ address: '', service: 'office', kind: 'network', site: 'hq' });
    expect(folds).toEqual(['network']);
  });

  it('with only a site add that, and keep the addresses', () => {
    const { remote, folds } = to('10.9.2.3', { networks });
    expect(remote).toEqual({ address: '10.9.2.3', kind: 'unknown', site: 'fra' });
    expect(folds).toEqual([]);
  });

  it('with neither keep public addresses', () => {
    expect(to('203.0.113.9', { networks }).remote).toEqual({ address: '203.0.113.9', kind: 'unknown' });
  });

  it('yield to narrower ranges, including known ones', () => {
    expect(to('8.8.8.8', { networks }).remote).toMatchObject({ service: 'abroad', kind: 'network' });
    expect(to('192.168.1.1', { networks }).remote).toEqual({ address: '192.168.1.1', kind: 'unknown' });
  });
});

describe('a name from DNS', () => {
  const queried: Record<string, string> = {
    '8.8.8.8': 'api.test',
    '8.8.4.4': 'api.test',
    '10.1.2.3': 'db.test',
  };
  const zones: Record<string, string> = {
    '8.8.8.8': 'r1.test',
    '10.1.2.3': 'r2.test',
    '10.1.2.4': 'r3.test',
  };
  const dns = { queriedName: (at: string) => queried[at], reverseName: (at: string) => zones[at] };

  it('replaces all public addresses that it has', () => {
    const expected = { remote: { address: '', service: 'api.test', kind: 'dns' }, folds: ['dns'] };
    expect(to('8.8.8.8', { dns })).toMatchObject(expected);
    expect(to('8.8.4.4', { dns })).toMatchObject(expected);
    expect(to('8.8.4.5', { dns })).toMatchObject({ remote: INTERNET, folds: ['internet'] });
  });

  it('keeps a private address, so that both half-edges of a connection match', () => {
    const { remote, folds } = to('10.1.2.3', { dns, networks: [{ cidr: '10.0.0.0/8', site: 'fra' }] });
    expect(remote).toEqual({ address: '10.1.2.3', service: 'db.test', kind: 'dns', site: 'fra' });
    expect(folds).toEqual([]);
  });

  it('keeps a public address with `internet: keep`', () => {
    expect(to('8.8.8.8', { dns, internet: 'keep' }).remote).toEqual({
      ...{ address: '8.8.8.8', service: 'api.test', kind: 'dns' },
    });
  });

  it('yields to a network of the user, and to known cloud services', () => {
    queried['169.254.169.254'] = 'metadata.test';
    expect(to('8.8.8.8', { dns, networks: [{ cidr: '8.0.0.0/8', name: 'eight' }] }).remote.service).toBe(
      'eight',
    );
    expect(to('169.254.169.254', { dns }).remote).toEqual({
      ...{ address: '', service: 'cloud metadata', kind: 'network' },
    });
  });

  it('is not given to a client by queries of this host, but may be given by its reverse zone', () => {
    const from = (remoteAddress: string) =>
      resolveOne(halfEdge({ direction: 'inbound', remoteAddress }), { dns });
    expect(from('8.8.8.8').remote).toEqual(INTERNET);
    expect(from('10.1.2.3').remote).toEqual({ address: '10.1.2.3', service: 'r2.test', kind: 'dns' });
  });

  it('is the queried one rather than that of the reverse zone', () => {
    expect(to('10.1.2.3', { dns }).remote.service).toBe('db.test');
    expect(to('10.1.2.4', { dns }).remote.service).toBe('r3.test');
  });

  it('is that of the original destination if the translated address has none', () => {
    const sentTo = (remoteAddress: string, direction: 'outbound' | 'inbound' = 'outbound') =>
      resolveOne(halfEdge({ remoteAddress, direction, originalAddress: '8.8.8.8' }), { dns }).remote;
    expect(sentTo('10.5.5.5')).toEqual({ address: '10.5.5.5', service: 'api.test', kind: 'dns' });
    expect(sentTo('10.1.2.3').service).toBe('db.test');
    expect(sentTo('10.5.5.5', 'inbound').service).toBeUndefined();
  });

  it('is used as soon as it is known', () => {
    const later: { name?: string } = {};
    const resolve = createResolve({ dns: { queriedName: () => later.name, reverseName: () => undefined } });
    const serviceOf = () =>
      resolve([halfEdge({ remoteAddress: '8.8.8.8' })], NO_ADDRESSES, () => {})[0]?.dst.service;
    expect(serviceOf()).toBe('internet');
    later.name = 'api.test';
    expect(serviceOf()).toBe('api.test');
  });
});

it.each(CLOUD_SERVICES)('knows $cidr as $name', ({ cidr, name }) => {
  expect(to(cidr).remote).toEqual({ address: '', service: name, kind: 'network' });
});

it('gives the same result for an address again, however many others are resolved in between', () => {
  const resolve = createResolve({ networks: [{ cidr: '20.0.0.0/16', name: 'twenty' }] });
  const clients = Array.from({ length: 40_000 }, (_, i) => `20.${i >> 14}.${(i >> 8) & 63}.${i & 255}`);
  const halves = clients.map((remoteAddress) => halfEdge({ direction: 'inbound', remoteAddress }));
  for (let cycle = 0; cycle < 2; cycle++) {
    const counts = new Map<string, number>();
    const count = (reason: string) => counts.set(reason, (counts.get(reason) ?? 0) + 1);
    const resolved = resolve(halves, NO_ADDRESSES, count);
    expect(Object.fromEntries(counts)).toEqual({ network: 16_384, internet: 23_616 });
    expect(new Set(resolved.map(({ src }) => src.service))).toEqual(new Set(['twenty', 'internet']));
  }
});

it('changes none of the half-edges that it is given', () => {
  const half = halfEdge({ remoteAddress: '8.8.8.8' });
  const before = structuredClone(half);
  resolveOne(half);
  expect(half).toEqual(before);
});
