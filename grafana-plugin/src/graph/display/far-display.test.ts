import { describe, expect, test } from 'vitest';
import { cpuTime } from '../cpu-time.fixture.ts';
import type { EdgeState, Graph } from '../graph.ts';
import { largeGraph } from '../large-graph.fixture.ts';
import { layoutGraph } from '../layout/layout-graph.ts';
import { collect } from '../levels/levels.ts';
import { buildDisplay } from './build-display.ts';
import { detailAt, inSight } from './detail.ts';
import { buildFarDisplay, nearestDot } from './far-display.ts';

const sizes = { width: 164, height: 46, columnGap: 140, rowGap: 26, aspect: 1.7 };
const layoutOf = ({ nodes, edges }: Graph, groups?: ReadonlyMap<string, string>) =>
  layoutGraph({ nodes: nodes.map(({ key }) => key), edges, sizes, groups });
const texts = {
  titleOf: () => 'a service',
  subtitleOf: () => 'host',
  labelOf: () => '',
  measure: { title: () => 50, subtitle: () => 30, label: () => 0 },
};
const small = largeGraph(60, 120);
const marked = (states: (i: number) => readonly EdgeState[]): Graph => ({
  ...small,
  edges: small.edges.map((edge, i) => ({ ...edge, states: states(i) })),
});

describe('from afar', () => {
  test('there is a dot for each node and a line for each edge, by look', () => {
    const graph = marked((i) => (i === 0 ? ['new', 'alerting'] : i < 3 ? ['new'] : []));
    const { dots, lines } = buildFarDisplay(graph, layoutOf(graph));
    expect(dots).toHaveLength(120);
    expect(lines.map(({ state, points }) => [state, points.length / 4])).toEqual([
      [undefined, graph.edges.length - 3],
      ['new', 2],
      ['alerting', 1],
    ]);
  });

  test('the two ways of a pair run apart', () => {
    const [edge] = small.edges;
    if (!edge) throw new Error('no edge');
    const back = { ...edge, key: 'back', source: edge.target, target: edge.source };
    const graph = { nodes: small.nodes, edges: [edge, back] };
    const [one] = buildFarDisplay(graph, layoutOf(graph)).lines;
    const [x1 = 0, y1 = 0, , , , , x2 = 0, y2 = 0] = one?.points ?? [];
    expect(Math.hypot(x1 - x2, y1 - y2)).toBeGreaterThan(4);
  });

  test('groups are tiles, and all edges between two are one', () => {
    const groups = collect(small, 'host');
    const { tiles, links } = buildFarDisplay(small, layoutOf(small, groups.groupOf), groups);
    expect(tiles.map(({ title, members }) => [title, members]).toSorted()).toEqual([
      ['host-0', 20],
      ['host-1', 20],
      ['host-2', 20],
    ]);
    const between = small.edges.filter(
      ({ source, target }) => groups.groupOf.get(source) !== groups.groupOf.get(target),
    );
    expect(links.reduce((sum, { edges }) => sum + edges, 0)).toBe(between.length);
    expect(links.length).toBeLessThanOrEqual(6);
  });

  test('the nearest dot is found', () => {
    const layout = layoutOf(small);
    const far = buildFarDisplay(small, layout);
    const corner = layout.corners.get(small.nodes[7]?.key ?? '') ?? { x: 0, y: 0 };
    const at = { x: corner.x + layout.width / 2 + 3, y: corner.y + layout.height / 2 - 2 };
    expect(nearestDot(far, at, 10)).toBe(7);
    expect(nearestDot(far, { x: at.x, y: at.y + 1e6 }, 10)).toBeUndefined();
  });
});

describe('detail', () => {
  test('is as much as can be read', () => {
    expect(detailAt(1, 50, true)).toBe('cards');
    expect(detailAt(0.2, 50, true)).toBe('cards');
    expect(detailAt(0.2, 9000, true)).toBe('dots');
    expect(detailAt(0.05, 50, true)).toBe('dots');
    expect(detailAt(0.01, 50, true)).toBe('tiles');
    expect(detailAt(0.01, 50, false)).toBe('dots');
  });

  test('is of what is in sight only: whoever is seen, and all that passes', () => {
    const layout = layoutOf(small);
    const all = buildDisplay(small, layout, texts);
    const seen = { x: layout.width * 3, y: 100, width: 500, height: 300 };
    const part = inSight(small, layout, seen, true);
    const keys = new Set(part.edges.map(({ key }) => key));
    expect(part.edges.length).toBeLessThan(small.edges.length);
    for (const card of all.cards) {
      const within =
        card.x < seen.x + seen.width &&
        card.x + card.width > seen.x &&
        card.y < seen.y + seen.height &&
        card.y + card.height > seen.y;
      if (within) expect(part.nodes.some(({ key }) => key === card.key)).toBe(true);
    }
    for (const { key, points } of all.curves) {
      const passes = points.some(
        ({ x, y }) => x > seen.x && x < seen.x + seen.width && y > seen.y && y < seen.y + seen.height,
      );
      if (passes) expect(keys.has(key)).toBe(true);
    }
    const near = inSight(small, layout, seen, false);
    const inPart = new Set(part.nodes.map((node) => node.key));
    expect(near.edges).toEqual(
      part.edges.filter(({ source, target }) => inPart.has(source) || inPart.has(target)),
    );
    expect(near.edges.length).toBeLessThan(part.edges.length);
  });
});

test('10,000 nodes and 50,000 edges are ready to draw in some tens of milliseconds', () => {
  const graph = largeGraph(10_000, 50_000);
  const groups = collect(graph, 'site');
  const layout = layoutOf(graph, groups.groupOf);
  const times = Array.from({ length: 5 }, () =>
    cpuTime(() => expect(buildFarDisplay(graph, layout, groups).dots).toHaveLength(20_000)),
  );
  expect(Math.min(...times)).toBeLessThan(150);
}, 20_000);
