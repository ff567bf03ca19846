import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layoutGraph } from './layout-graph.ts';

const sizes = { width: 100, height: 40, columnGap: 80, rowGap: 20, bendGap: 20, aspect: 1.7 };

type Edges = [string, string][];
const lay = (edges: Edges, extra: string[] = []) =>
  layoutGraph(
    [...edges.flat(), ...extra],
    edges.map(([source, target]) => ({ source, target })),
    sizes,
  );
const x = (layout: ReturnType<typeof lay>, key: string) => layout.corners.get(key)?.x ?? Number.NaN;

const anyEdges = fc.array(fc.tuple(fc.constantFrom(...'abcdefghij'), fc.constantFrom(...'abcdefghij')), {
  maxLength: 30,
}) as fc.Arbitrary<Edges>;
const anyAcyclic = anyEdges.map((edges) => edges.filter(([from, to]) => from < to));

describe('layers', () => {
  test('dependants stand left of what they depend on, whatever the graph without cycles', () => {
    fc.assert(
      fc.property(anyAcyclic, (edges) => {
        const layout = lay(edges);
        for (const [from, to] of edges) expect(x(layout, from)).toBeLessThan(x(layout, to));
      }),
    );
  });

  test('who is not depended on stands next to what it depends on', () => {
    const layout = lay([
      ['a', 'b'],
      ['b', 'c'],
      ['late', 'c'],
    ]);
    expect(x(layout, 'late')).toBe(x(layout, 'b'));
  });

  test('a cycle is cut where it closes: the entrance stays left', () => {
    const layout = lay([
      ['in', 'a'],
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
    ]);
    expect(['in', 'a', 'b', 'c'].map((key) => x(layout, key))).toEqual(
      ['in', 'a', 'b', 'c'].map((key) => x(layout, key)).toSorted((p, q) => p - q),
    );
  });
});

describe('whatever the graph', () => {
  test('no two nodes overlap, self-loops and lonely nodes included', () => {
    fc.assert(
      fc.property(anyEdges, (edges) => {
        const layout = lay(edges, ['lonely', 'lonelier']);
        const corners = [...layout.corners.values()];
        for (const [i, a] of corners.entries()) {
          for (const b of corners.slice(i + 1)) {
            const apart =
              Math.abs(a.x - b.x) >= layout.width - 0.01 || Math.abs(a.y - b.y) >= layout.height - 0.01;
            expect(apart).toBe(true);
          }
        }
      }),
    );
  });

  test('the order of nodes and edges does not matter', () => {
    fc.assert(
      fc.property(anyEdges, (edges) => {
        expect(lay(edges.toReversed(), ['z'])).toEqual(lay(edges, ['z']));
      }),
    );
  });

  test('edges of unknown nodes are left out', () => {
    expect(layoutGraph(['a'], [{ source: 'a', target: 'ghost' }], sizes).corners.size).toBe(1);
  });
});

test('long edges pass the layers between by bends, in the direction of the edge', () => {
  const layout = lay([
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'd'],
    ['a', 'd'],
    ['d', 'a'],
  ]);
  const there = layout.bends.get(JSON.stringify(['a', 'd'])) ?? [];
  const back = layout.bends.get(JSON.stringify(['d', 'a'])) ?? [];
  expect(there.map((point) => point.x)).toEqual(back.map((point) => point.x).toReversed());
  expect(there).toHaveLength(2);
});

test('300 nodes and 900 edges are laid out in well under 200 ms', () => {
  let seed = 1;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  // Six tiers with popular members, some edges back: the shape of a real service map.
  const name = (tier: number, i: number) => `${tier}-${i}`;
  const edges = Array.from({ length: 900 }, (): [string, string] => {
    const tier = Math.floor(random() * 5);
    const target = random() < 0.03 ? tier : tier + 1 + Math.floor(random() * random() * (5 - tier));
    return [name(tier, Math.floor(random() * 50)), name(target, Math.floor(random() * random() * 50))];
  });
  const everyone = Array.from({ length: 300 }, (_, i) => name(Math.floor(i / 50), i % 50));
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    lay(edges, everyone);
    return performance.now() - start;
  });
  expect(Math.min(...times)).toBeLessThan(200);
});

test('a deep chain with a long way round stays cheap', () => {
  const chain = Array.from({ length: 400 }, (_, i): [string, string] => [`n${i}`, `n${i + 1}`]);
  const shortcuts = Array.from({ length: 400 }, (_, i): [string, string] => [`n${i}`, 'n400']);
  expect(lay([...chain, ...shortcuts]).corners.size).toBe(401);
});
