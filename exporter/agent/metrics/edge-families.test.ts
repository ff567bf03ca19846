import { EDGE_ATTRIBUTES, LISTEN_ATTRIBUTES } from '@musubi/contract/catalogue';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halfEdge, SHOP } from '../../../test/fixtures/half-edges.ts';
import { SETUP_BOUNDS } from '../capture/capture.ts';
import { type HalfEdge, toServiceListeners } from '../half-edge.ts';
import { attributesKey, edgeAttributes, edgeKey } from './edge-attributes.ts';
import { edgeFamilies, listenFamily } from './edge-families.ts';
import { createLedger } from './ledger.ts';

function families(...halfEdges: Parameters<typeof halfEdge>[0][]) {
  const ledger = createLedger(1000);
  ledger.record(
    halfEdges.map((fields) => halfEdge(fields)),
    5000,
  );
  const made = [...edgeFamilies(ledger.entries())];
  return new Map(made.map(({ definition, points }) => [definition.name, points]));
}

describe('the metrics of an edge', () => {
  it('are all exported if the capture gives all', () => {
    const all = families({
      transmittedBytes: 10,
      receivedBytes: 20,
      retransmits: 1,
      rttSum: 0.5,
      rttCount: 2,
      failed: [0, 4, 0, 0, 0, 0, 1],
      setup: { counts: [2, 1, 0, 0, 0, 0, 0, 0], sum: 0.25 },
    });
    const values = [...all].map(([name, points]) => [name, ...points.map(({ value }) => value)]);
    const setup = { bounds: SETUP_BOUNDS, counts: [2, 1, 0, 0, 0, 0, 0, 0], sum: 0.25 };
    expect(values).toEqual([
      ['service.dependency.active_connections', 1],
      ['service.dependency.connection.opened', 1],
      ['service.dependency.connection.failed', 4, 1],
      ['service.dependency.connection.setup.duration', setup],
      ['service.dependency.io', 10, 20],
      ['service.dependency.tcp.rtt', 0.25],
      ['service.dependency.tcp.retransmits', 1],
      ['service.dependency.last_seen', 5],
      ['service.dependency.start_time', 5],
    ]);
    expect(all.get('service.dependency.io')?.map(({ more }) => more?.['network.io.direction'])).toEqual([
      'transmit',
      'receive',
    ]);
    expect(all.get('service.dependency.connection.failed')?.map(({ more }) => more?.['error.type'])).toEqual([
      'timeout',
      'other',
    ]);
    for (const points of all.values()) for (const { since } of points) expect(since).toBe(5000);
  });

  it('are absent, not zero, if the capture gives none', () => {
    const none = families({});
    for (const name of ['io', 'tcp.rtt', 'tcp.retransmits', 'connection.failed', 'connection.setup.duration'])
      expect(none.get(`service.dependency.${name}`)).toEqual([]);
    expect(none.get('service.dependency.active_connections')).toHaveLength(1);
  });
});

it('have a start time, and start at zero after expiration', () => {
  const ledger = createLedger(1000);
  const sums = () =>
    [...edgeFamilies(ledger.entries())].flatMap(({ definition, points }) =>
      points.filter(() => /opened|start_time/.test(definition.name)).map(({ value }) => value),
    );
  ledger.record([halfEdge({ opened: 1 })], 5000);
  ledger.record([], 6000);
  expect(sums()).toEqual([1, 5]);
  ledger.record([], 6001);
  ledger.record([halfEdge({ opened: 1 })], 7500);
  expect(sums()).toEqual([1, 7.5]);
});

describe('attributes', () => {
  it('contain all of the local endpoint and the address of the remote one', () => {
    expect(edgeAttributes(halfEdge())).toEqual({
      direction: 'outbound',
      'network.transport': 'tcp',
      'src.service': 'shop',
      'src.process': 'node',
      'src.pid': 20,
      'src.host': 'host-a',
      'src.address': '10.0.0.1',
      'src.kind': 'process',
      'dst.address': '10.0.0.9',
      'dst.port': 80,
      'dst.kind': 'unknown',
    });
  });

  it('describe the destination if that is the local endpoint', () => {
    const attributes = edgeAttributes(halfEdge({ direction: 'inbound' }));
    expect(attributes).toMatchObject({
      'dst.service': 'shop',
      'dst.address': '10.0.0.1',
      'src.address': '10.0.0.9',
    });
    expect(attributes).not.toHaveProperty('src.host');
  });

  it('leave out an unknown process', () => {
    const attributes = edgeAttributes({
      ...halfEdge(),
      src: { address: '10.0.0.1', host: 'h', kind: 'unknown' },
    });
    expect(Object.keys(attributes).filter((name) => name.startsWith('src.'))).toEqual([
      'src.host',
      'src.address',
      'src.kind',
    ]);
  });

  it('of a Unix socket have its name, and neither port nor the address of the source', () => {
    const socket = { transport: 'unix', port: 0, localAddress: '', remoteAddress: '@bus' } as const;
    const attributes = edgeAttributes(halfEdge(socket, SHOP, { service: 'dbus', process: 'dbus', pid: 7 }));
    expect(attributes).toMatchObject({
      'network.transport': 'unix',
      'src.service': 'shop',
      'dst.service': 'dbus',
      'dst.address': '@bus',
      'dst.kind': 'process',
    });
    expect(Object.keys(attributes).filter((name) => /\.port$|src\.address/.test(name))).toEqual([]);
  });

  it('of many dependencies in one have no addresses and no port', () => {
    const folded = { folded: true, localAddress: '', remoteAddress: '', port: 0 };
    expect(edgeAttributes(halfEdge(folded, null))).toEqual({
      direction: 'outbound',
      'network.transport': 'tcp',
      'src.service': 'other',
      'src.host': 'host-a',
      'src.kind': 'unknown',
      'dst.service': 'other',
      'dst.kind': 'unknown',
    });
  });

  it('are among those of the catalogue', () => {
    for (const name of Object.keys(edgeAttributes(halfEdge()))) expect(EDGE_ATTRIBUTES).toContain(name);
  });

  it('have one key in any order', () => {
    expect(attributesKey({ a: 1, b: '2' })).toBe(attributesKey({ b: '2', a: 1 }));
    expect(attributesKey({ a: 1 })).not.toBe(attributesKey({ a: '1' }));
    expect(attributesKey({ a: '1","b' })).not.toBe(attributesKey({ a: '1', b: '' }));
  });
});

/** Endpoints with few differences, and with names that mean something in JavaScript. */
const anyEndpoint = fc.record(
  {
    address: fc.constantFrom('', '10.0.0.1', 'undefined'),
    kind: fc.constantFrom('process' as const, 'unknown' as const),
    host: fc.constantFrom('h', 'undefined'),
    service: fc.constantFrom('a', 'a\n', 'undefined'),
    process: fc.constantFrom('a', 'a b'),
    pid: fc.constantFrom(1, 12),
  },
  { requiredKeys: ['address', 'kind'] },
);
const anyHalfEdge = fc
  .tuple(
    fc.constantFrom(0, 1, 12),
    fc.constantFrom('tcp' as const, 'unix' as const),
    anyEndpoint,
    anyEndpoint,
  )
  .map(([port, transport, src, dst]) => ({ ...halfEdge({ port, transport }), src, dst }));

it('has one key for half-edges with the same attributes, and only for them', () => {
  const key = (half: HalfEdge) => attributesKey(edgeAttributes(half));
  fc.assert(
    fc.property(anyHalfEdge, anyHalfEdge, anyEndpoint, (one, two, endpoint) => {
      // Equal ones, some that differ in one endpoint only, and any others.
      for (const other of [{ ...one }, { ...one, dst: endpoint }, { ...one, src: endpoint }, two])
        expect(edgeKey(other) === edgeKey(one)).toBe(key(other) === key(one));
    }),
    { numRuns: 1000 },
  );
});

it('exports each listening address once', () => {
  const listener = (netns: number, port: number) =>
    toServiceListeners(
      { netns, transport: 'tcp', address: '0.0.0.0', port, pid: 20, ipv6Only: false },
      ['10.0.0.1'],
      SHOP,
      'h',
    );
  const { points } = listenFamily([...listener(1, 80), ...listener(2, 80), ...listener(1, 81)], 9);
  expect(points.map(({ attributes }) => `${attributes['dst.address']}:${attributes['dst.port']}`)).toEqual([
    '0.0.0.0:80',
    '10.0.0.1:80',
    '0.0.0.0:81',
    '10.0.0.1:81',
  ]);
  for (const { value, since, attributes } of points) {
    expect({ value, since }).toEqual({ value: 1, since: 9 });
    for (const name of Object.keys(attributes)) expect(LISTEN_ATTRIBUTES).toContain(name);
  }
});
