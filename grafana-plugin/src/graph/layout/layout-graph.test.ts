import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom, serviceMap, shuffled } from '../fixtures/service-map.fixture.ts';
import { groupBoxes, groupsOverlap } from './groups/group-boxes.ts';
import { layoutGraph } from './layout-graph.ts';

const sizes = { width: 100, height: 40, columnGap: 80, rowGap: 20, aspect: 1.7 };

type Edges = [string, string][];
const lay = (edges: Edges, extra: string[] = []) =>
  layoutGraph({
    nodes: [...edges.flat(), ...extra],
    edges: edges.map(([source, target]) => ({ source, target })),
    sizes,
  });
const x = (layout: ReturnType<typeof lay>, key: string) => layout.corners.get(key)?.x ?? Number.NaN;

/** All positions are finite, and no two nodes overlap. */
function expectNoOverlap({ corners, bends, width, height }: ReturnType<typeof lay>) {
  const points = [...corners.values(), ...[...bends.values()].flat()];
  expect(points.every((point) => Number.isFinite(point.x) && Number.isFinite(point.y))).toBe(true);
  const fromTop = [...corners.values()].sort((a, b) => a.y - b.y);
  const overlaps = fromTop.filter((a, i) => {
    for (let j = i + 1; (fromTop[j]?.y ?? Infinity) < a.y + height - 0.01; j++) {
      if (Math.abs((fromTop[j]?.x ?? Infinity) - a.x) < width - 0.01) return true;
    }
    return false;
  });
  expect(overlaps).toEqual([]);
}

const anyEdges = fc.array(fc.tuple(fc.constantFrom(...'abcdefghij'), fc.constantFrom(...'abcdefghij')), {
  maxLength: 30,
}) as fc.Arbitrary<Edges>;
const anyAcyclic = anyEdges.map((edges) => edges.filter(([from, to]) => from < to));

describe('layers', () => {
  test('dependants are left of their dependencies in any graph without cycles', () => {
    fc.assert(
      fc.property(anyAcyclic, (edges) => {
        const layout = lay(edges);
        for (const [from, to] of edges) expect(x(layout, from)).toBeLessThan(x(layout, to));
      }),
    );
  });

  test('a node without dependants is next to its dependency', () => {
    const layout = lay([
      ['a', 'b'],
      ['b', 'c'],
      ['late', 'c'],
    ]);
    expect(x(layout, 'late')).toBe(x(layout, 'b'));
  });

  test('a cycle is broken at its closing link, and its entry stays left', () => {
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

describe('for any graph', () => {
  test('no two nodes overlap, including self-loops and unconnected nodes', () => {
    fc.assert(
      fc.property(anyEdges, (edges) => {
        expectNoOverlap(lay(edges, ['single', 'other']));
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

  test('edges of unknown nodes are ignored', () => {
    const layout = layoutGraph({ nodes: ['a'], edges: [{ source: 'a', target: 'unknown' }], sizes });
    expect(layout.corners.size).toBe(1);
  });
});

test('long edges bend around the layers between, in the direction of the edge', () => {
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

describe('graphs of an awkward shape are laid out in bounded time and without overlap', () => {
  const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);
  const all = names(60);
  const shapes: Record<string, Edges> = {
    clique: all.flatMap((a) => all.filter((b) => b !== a).map((b): [string, string] => [a, b])),
    star: names(5000).map((name) => [name, 'hub']),
    'star outwards': names(5000).map((name) => ['hub', name]),
    'tall middle': names(2000).flatMap(
      (name): Edges => [
        ['in', name],
        [name, 'out'],
      ],
    ),
    'chain of 400 with a shortcut from each': names(400).flatMap(
      (name, i): Edges => [
        [name, `n${i + 1}`],
        [name, 'n400'],
      ],
    ),
    'ring of 400': names(400).map((name, i) => [name, `n${(i + 1) % 400}`]),
    pairs: names(4000).map((name) => [name, `${name}'`]),
  };
  test.each(Object.entries(shapes))('%s', (_, edges) => expectNoOverlap(lay(edges)));

  test('10,000 nodes and 50,000 edges', () => {
    expectNoOverlap(layoutGraph({ ...serviceMap(10_000, 50_000), sizes }));
  });

  test('tall layers are wrapped: a hub in the middle fills its panel', () => {
    const { corners } = lay(shapes['tall middle'] ?? []);
    const [xs, ys] = [[...corners.values()].map((at) => at.x), [...corners.values()].map((at) => at.y)];
    expect(Math.max(...xs) / Math.max(...ys)).toBeGreaterThan(1);
    expect(Math.max(...xs) / Math.max(...ys)).toBeLessThan(2.5);
  });
});

describe('positions', () => {
  const map = serviceMap(300, 900);
  const first = layoutGraph({ ...map, sizes });
  const moved = (next: typeof first, nodes = map.nodes) =>
    nodes.filter((key) => {
      const [a, b] = [first.corners.get(key), next.corners.get(key)];
      return a?.x !== b?.x || a?.y !== b?.y;
    });
  /** One edge in a hundred leads elsewhere, and three nodes are new. */
  const changed = () => {
    const random = createRandom(3);
    const edges = map.edges.map((edge, i) =>
      i % 100 === 7 ? { ...edge, target: `n${Math.floor(random() * 300)}` } : edge,
    );
    const added = [
      { source: 'n3', target: 'x0' },
      { source: 'x1', target: 'n70' },
      { source: 'x1', target: 'x2' },
    ];
    return { nodes: [...map.nodes, 'x0', 'x1', 'x2'], edges: [...edges, ...added] };
  };

  test('do not depend on the order of rows', () => {
    for (const seed of [1, 2, 3]) {
      const rows = { nodes: shuffled(map.nodes, seed), edges: shuffled(map.edges, seed) };
      expect(moved(layoutGraph({ ...rows, sizes }))).toEqual([]);
    }
  });

  test('stay when some edges change, and new nodes are placed near their neighbours', () => {
    const next = layoutGraph({ ...changed(), sizes, earlier: first });
    expect(moved(next)).toEqual([]);
    expectNoOverlap(next);
    const position = (key: string) => next.corners.get(key) ?? { x: Number.NaN, y: Number.NaN };
    const distance = (a: string, b: string) =>
      Math.hypot(position(a).x - position(b).x, position(a).y - position(b).y);
    for (const [a = '', b = ''] of [
      ['n3', 'x0'],
      ['x1', 'n70'],
      ['x1', 'x2'],
    ]) {
      expect(distance(a, b)).toBeLessThan(4 * (first.width + sizes.columnGap));
    }
  });

  test('of new nodes without neighbours are below all others', () => {
    const { edges } = map;
    const next = layoutGraph({
      nodes: [...map.nodes, 'p', 'q'],
      edges: [...edges, { source: 'p', target: 'q' }],
      sizes,
      earlier: first,
    });
    expect(moved(next)).toEqual([]);
    expectNoOverlap(next);
    const lowest = Math.max(...[...first.corners.values()].map(({ y }) => y));
    expect(next.corners.get('p')?.y).toBeGreaterThan(lowest);
    expect(next.corners.get('q')?.x).toBeGreaterThan(next.corners.get('p')?.x ?? Infinity);
  });

  test('are all chosen again when too many nodes are new', () => {
    const nodes = map.nodes.slice(0, 150);
    const earlier = { ...first, corners: new Map([...first.corners].filter(([key]) => nodes.includes(key))) };
    const next = layoutGraph({ ...map, sizes, earlier });
    expect(next).toEqual(first);
  });

  test('that the user has saved take precedence, and nodes there move away', () => {
    const saved = new Map([['n10', first.corners.get('n20') ?? { x: 0, y: 0 }]]);
    for (const earlier of [undefined, first]) {
      const next = layoutGraph({ ...map, sizes, earlier, saved });
      expect(next.corners.get('n10')).toEqual(saved.get('n10'));
      expect(moved(next).toSorted()).toEqual(['n10', 'n20']);
      expectNoOverlap(next);
    }
  });

  test('never overlap, whatever the earlier layout', () => {
    fc.assert(
      fc.property(anyEdges, anyEdges, (before, after) => {
        const earlier = lay(before, ['a', 'b', 'c']);
        const next = layoutGraph({
          nodes: [...after.flat(), 'single'],
          edges: after.map(([source, target]) => ({ source, target })),
          sizes,
          earlier,
        });
        expectNoOverlap(next);
      }),
    );
  });
});

describe('groups', () => {
  const map = serviceMap(200, 500);
  const groups = new Map(map.nodes.filter((_, i) => i % 5 > 0).map((key, i) => [key, `site${i % 7}`]));
  const grouped = layoutGraph({ ...map, sizes, groups });

  test('have separate rectangles', () => {
    expectNoOverlap(grouped);
    expect(groupsOverlap(grouped.corners, groups, grouped)).toBe(false);
    expect(groupBoxes(grouped.corners, groups, grouped).size).toBe(7);
    expect(groupsOverlap(layoutGraph({ ...map, sizes }).corners, groups, sizes)).toBe(true);
  });

  test('have separate rectangles in any graph', () => {
    fc.assert(
      fc.property(anyEdges, fc.array(fc.constantFrom('', 'x', 'y')), (edges, choices) => {
        const nodes = [...new Set(edges.flat())];
        const some = new Map(nodes.flatMap((key, i) => (choices[i] ? [[key, choices[i]]] : [])));
        const layout = layoutGraph({
          nodes,
          edges: edges.map(([source, target]) => ({ source, target })),
          sizes,
          groups: some,
        });
        expectNoOverlap(layout);
        expect(groupsOverlap(layout.corners, some, layout)).toBe(false);
      }),
    );
  });

  test('accept new members without moving other nodes, or are arranged again', () => {
    const nodes = [...map.nodes, 'x'];
    for (const group of ['site0', 'site6']) {
      const more = new Map([...groups, ['x', group]]);
      const next = layoutGraph({ ...map, nodes, sizes, groups: more, earlier: grouped });
      expectNoOverlap(next);
      expect(groupsOverlap(next.corners, more, next)).toBe(false);
    }
    const same = layoutGraph({ ...map, sizes, groups, earlier: grouped });
    expect(same.corners).toEqual(grouped.corners);
  });

  test('expand without overlap, and no node to the left or above moves', () => {
    fc.assert(
      fc.property(anyEdges, fc.array(fc.constantFrom('', 'x', 'y', 'z')), (pairs, choices) => {
        const nodes = [...new Set(pairs.flat())];
        const some = new Map(nodes.flatMap((key, i) => (choices[i] ? [[key, choices[i]]] : [])));
        const collapsed = (key: string) => (some.get(key) === 'x' ? 'x' : key);
        const edgesOf = (nameOf: (key: string) => string) =>
          pairs.map(([source, target]) => ({ source: nameOf(source), target: nameOf(target) }));
        const [before, left] = [
          nodes.map(collapsed),
          new Map([...some].filter(([, group]) => group !== 'x')),
        ];
        const earlier = layoutGraph({ nodes: before, edges: edgesOf(collapsed), sizes, groups: left });
        const opened = layoutGraph({ nodes, edges: edgesOf((key) => key), sizes, groups: some, earlier });
        expectNoOverlap(opened);
        expect(groupsOverlap(opened.corners, some, opened)).toBe(false);
        const node = earlier.corners.get('x');
        for (const [key, { x, y }] of node ? earlier.corners : []) {
          const now = opened.corners.get(key);
          if (now && x <= (node?.x ?? 0)) expect(now.x).toBe(x);
          if (now && y <= (node?.y ?? 0)) expect(now.y).toBe(y);
        }
      }),
    );
  });
});
