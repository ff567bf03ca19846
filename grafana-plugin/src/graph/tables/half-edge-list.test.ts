import fc from 'fast-check';
import { expect, test } from 'vitest';
import { halfEdge } from '../fixtures/half-edges.fixture.ts';
import { createHalfEdgeList } from './half-edge-list.ts';

const HALF_EDGES = [
  halfEdge('outbound', 'web@h1', 'api@h2'),
  halfEdge('inbound', 'web@h1', 'api@h2'),
  halfEdge('outbound', 'web@h1', 'api@h3'),
  halfEdge('outbound', 'web@h1', 'api@h2', {}, { port: '81' }),
  halfEdge('outbound', 'web@h2', 'api@h2'),
];

test('each half-edge has one entry, whatever the order of the rows', () => {
  const table = fc.array(fc.nat(HALF_EDGES.length - 1), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(table, { maxLength: 4 }), (tables) => {
      const list = createHalfEdgeList();
      for (const rows of tables) {
        const entryOf = list.read();
        for (const row of rows) {
          const labels = structuredClone(HALF_EDGES[row] as (typeof HALF_EDGES)[number]);
          expect(entryOf(labels).halfEdge).toMatchObject(labels);
        }
      }
      const expected = [...new Set(tables.flat())];
      expect(list.entries().map((entry) => entry.halfEdge)).toEqual(expected.map((at) => HALF_EDGES[at]));
    }),
  );
});

test('half-edges that differ in any label are distinct', () => {
  const list = createHalfEdgeList();
  const [one] = HALF_EDGES as [(typeof HALF_EDGES)[number]];
  const names = ['service', 'process', 'pid', 'host', 'address', 'kind', 'site'] as const;
  const others = names.flatMap((label) => [
    { ...one, src: { ...one.src, [label]: 'other' } },
    { ...one, dst: { ...one.dst, [label]: 'other' } },
  ]);
  const all = [one, ...others, { ...one, transport: 'udp' }];
  for (const [at, labels] of all.entries()) {
    list.read()(labels);
    expect(list.entries()).toHaveLength(at + 1);
  }
});
