import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halfEdge, SHOP } from '../../../test/fixtures/half-edges.ts';
import type { HalfEdge } from '../half-edge.ts';
import { edgeAttributes, edgeKey } from '../metrics/edge-attributes.ts';
import { createLimitEdges } from './limit-edges.ts';

const LIMIT = 2;
const EDGE_EXPIRATION = 1000;

function createTest() {
  const limit = createLimitEdges(LIMIT, EDGE_EXPIRATION);
  let folds = 0;
  const run = (now: number, ...halves: HalfEdge[]) => limit(halves, now, () => folds++);
  return { run, folds: () => folds };
}

/** The remote endpoint of an edge of `shop`: its address, or its service. */
const remoteOf = ({ flow, src, dst }: HalfEdge) => {
  const remote = flow.direction === 'outbound' ? dst : src;
  return remote.address || remote.service;
};
const to = (...hosts: number[]) => hosts.map((host) => halfEdge({ remoteAddress: `10.0.0.${host}` }));

it('keeps the first edges, and names the remote endpoints of the others `other`, on the same port', () => {
  const { run, folds } = createTest();
  const limited = run(1, ...to(1, 2, 3, 4, 1));
  expect(limited.map(remoteOf)).toEqual(['10.0.0.1', '10.0.0.2', 'other', 'other', '10.0.0.1']);
  expect(folds()).toBe(2);
  const attributes = limited.map(edgeAttributes);
  expect(attributes[2]).toEqual(attributes[3]);
  expect(attributes[2]).toMatchObject({
    'src.service': 'shop',
    'src.address': '10.0.0.1',
    'dst.service': 'other',
    'dst.port': 80,
  });
});

it.each([
  ['service', {}, { ...SHOP, service: 'cart' }],
  ['direction', { direction: 'inbound' }, SHOP],
  ['transport', { transport: 'udp' }, SHOP],
] as const)('has a separate limit for each %s', (_title, fields, own) => {
  const { run } = createTest();
  const [, , , other] = run(1, ...to(1, 2, 3), halfEdge(fields, own));
  expect(remoteOf(other as HalfEdge)).toBe('10.0.0.9');
});

describe('an edge', () => {
  it('is kept until it expires, and so is the overflow edge', () => {
    const { run } = createTest();
    expect(run(0, ...to(1, 2)).map(remoteOf)).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(run(EDGE_EXPIRATION, ...to(3, 2)).map(remoteOf)).toEqual(['other', '10.0.0.2']);
    expect(run(EDGE_EXPIRATION + 1, ...to(3, 4, 2)).map(remoteOf)).toEqual(['10.0.0.3', 'other', '10.0.0.2']);
  });
});

it('leaves edges that the capture has folded as they are', () => {
  const { run, folds } = createTest();
  const folded = halfEdge({ folded: true, localAddress: '', remoteAddress: '', port: 0 });
  expect(run(1, ...to(1, 2, 3), folded).at(-1)).toBe(folded);
  expect(folds()).toBe(1);
});

it('limits everything that a remote host or a process may choose', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\0', '"', '\u202e', 'a b'));
  const any = fc.record({
    port: fc.nat(65_535),
    pid: fc.integer({ min: 1, max: 1 << 22 }),
    ...{ process: text, localAddress: text, remoteAddress: text, far: text, farProcess: text },
    farPid: fc.integer({ min: 1, max: 1 << 22 }),
  });
  fc.assert(
    fc.property(fc.array(any, { minLength: 50, maxLength: 150, size: 'max' }), (many) => {
      const { run } = createTest();
      const halves = many.map(
        ({ port, pid, process, localAddress, remoteAddress, far, farProcess, farPid }) => {
          const other = { ...SHOP, service: far, process: farProcess, pid: farPid };
          return halfEdge({ port, localAddress, remoteAddress }, { ...SHOP, pid, process }, other);
        },
      );
      const limited = run(1, ...halves);
      expect(new Set(limited.map(edgeKey)).size).toBeLessThanOrEqual(LIMIT + 16 + 1);
      expect(limited.reduce((sum, { flow }) => sum + flow.opened, 0)).toBe(halves.length);
    }),
    { numRuns: 50 },
  );
});

it('changes none of the half-edges that it is given', () => {
  const { run } = createTest();
  const halves = Array.from({ length: 30 }, (_, port) => halfEdge({ port: port + 1 }));
  const before = structuredClone(halves);
  const limited = run(1, ...halves);
  expect(halves).toEqual(before);
  expect(limited.slice(0, LIMIT)).toEqual(halves.slice(0, LIMIT));
  expect(limited.at(-1)).toMatchObject({
    flow: { port: 0, opened: 1 },
    src: { address: '', host: 'host-a', service: 'shop' },
    dst: { address: '', service: 'other' },
  });
  expect(limited.at(-1)?.src).not.toHaveProperty('pid');
});
