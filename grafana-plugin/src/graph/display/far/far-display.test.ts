import { describe, expect, test } from 'vitest';
import { cpuTime } from '../../fixtures/cpu-time.fixture.ts';
import { largeGraph } from '../../fixtures/large-graph.fixture.ts';
import { intersects } from '../../geometry/rectangle.ts';
import { layoutGraph } from '../../layout/layout-graph.ts';
import { findGroups } from '../../levels/levels.ts';
import type { EdgeState, Graph } from '../../model/graph.ts';
import { buildDisplay } from '../near/build-display.ts';
import { detailAt, visiblePart } from '../view/detail-level.ts';
import { buildFarDisplay } from './far-display.ts';
import { hitDot, hitTile } from './far-hit-test.ts';

const sizes = { width: 164, height: 46, columnGap: 140, rowGap: 26, aspect: 1.7 };
const layoutOf = ({ nodes, edges }: Graph, groups?: ReadonlyMap<string, string>) =>
  layoutGraph({ nodes: nodes.map(({ key }) => key), edges, sizes, groups });
const texts = {
  titleOf: () => 'a service',
  subtitleOf: () => 'host',
  labelsOf: () => [],
  measure: { title: () => 50, subtitle: () => 30, label: () => 0 },
};
const small = largeGraph(60, 120);
const marked = (states: (i: number) => readonly EdgeState[]): Graph => ({
  ...small,
  edges: small.edges.map((edge, i) => ({ ...edge, states: states(i) })),
});

describe('drawn from afar', () => {
  test('each node is a dot and each edge a line, grouped by style', () => {
    const graph = marked((i) => (i === 0 ? ['new', 'alerting'] : i < 3 ? ['new'] : []));
    const { dots, lines } = buildFarDisplay(graph, layoutOf(graph));
    expect(dots).toHaveLength(120);
    expect(lines.map(({ state, points }) => [state, points.length / 4])).toEqual([
      [undefined, graph.edges.length - 3],
      ['new', 2],
      ['alerting', 1],
    ]);
  });

  test('the two directions of a pair are separate lines', () => {
    const [edge] = small.edges;
    if (!edge) throw new Error('no edge');
    const back = { ...edge, key: 'back', source: edge.target, target: edge.source };
    const graph = { nodes: small.nodes, edges: [edge, back] };
    const [one] = buildFarDisplay(graph, layoutOf(graph)).lines;
    const [x1 = 0, y1 = 0, , , , , x2 = 0, y2 = 0] = one?.points ?? [];
    expect(Math.hypot(x1 - x2, y1 - y2)).toBeGreaterThan(4);
  });

  test('groups are tiles, and all edges between two tiles are one link', () => {
    const groups = findGroups(small, 'host');
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

  test('an ungrouped node is linked like a tile', () => {
    const [loner, ...others] = small.nodes.map(({ key }) => key);
    const groupOf = new Map(others.map((key) => [key, 'g']));
    const framed = { groups: new Map([['g', { title: 'tokyo' }]]), groupOf };
    const { links } = buildFarDisplay(small, layoutOf(small, groupOf), framed);
    const ends = new Set(links.flatMap(({ source, target }) => [source, target]));
    expect(ends).toEqual(new Set(['g', loner]));
  });

  test('the nearest dot is found, or else the nearest line', () => {
    const layout = layoutOf(small);
    const far = buildFarDisplay(small, layout);
    const corner = layout.corners.get(small.nodes[7]?.key ?? '') ?? { x: 0, y: 0 };
    const at = { x: corner.x + layout.width / 2 + 3, y: corner.y + layout.height / 2 - 2 };
    expect(hitDot(far, small, at, 10)).toEqual({ type: 'node', key: small.nodes[7]?.key });
    expect(hitDot(far, small, { x: at.x, y: at.y + 1e6 }, 10)).toBeUndefined();
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = far.lines[0]?.points ?? [];
    const [x, y] = [x1 * 0.7 + x2 * 0.3, y1 * 0.7 + y2 * 0.3];
    expect(hitDot(far, small, { x, y }, 1)).toEqual({ type: 'edge', key: small.edges[0]?.key });
  });

  test('a tile is found at any point in it', () => {
    const groups = findGroups(small, 'host');
    const far = buildFarDisplay(small, layoutOf(small, groups.groupOf), groups);
    const [tile] = far.tiles;
    if (!tile) throw new Error('no tile');
    expect(hitTile(far, { x: tile.x + 1, y: tile.y + 1 })).toEqual({ type: 'group', key: tile.key });
    expect(hitTile(far, { x: far.bounds.x - 1, y: tile.y })).toBeUndefined();
  });
});

describe('the level of detail', () => {
  test('shows as much as is readable', () => {
    expect(detailAt(1, 50, true)).toBe('cards');
    expect(detailAt(0.2, 50, true)).toBe('cards');
    expect(detailAt(0.2, 9000, true)).toBe('dots');
    expect(detailAt(0.1, 50, true)).toBe('dots');
    expect(detailAt(0.01, 50, true)).toBe('tiles');
    expect(detailAt(0.01, 50, false)).toBe('dots');
  });

  test('includes the visible nodes only, with all of their edges', () => {
    const layout = layoutOf(small);
    const { cards } = buildDisplay(small, layout, texts);
    const seen = { x: layout.width * 3, y: 100, width: 500, height: 300 };
    const part = visiblePart(small, layout, seen);
    const keys = new Set(part.nodes.map(({ key }) => key));
    expect([...keys]).toEqual(cards.filter((card) => intersects(card, seen)).map(({ key }) => key));
    expect(keys.size).toBeGreaterThan(0);
    expect(part.edges).toEqual(
      small.edges.filter(({ source, target }) => keys.has(source) || keys.has(target)),
    );
  });
});

test('10,000 nodes and 50,000 edges are ready to draw in tens of milliseconds', () => {
  const graph = largeGraph(10_000, 50_000);
  const groups = findGroups(graph, 'site');
  const layout = layoutOf(graph, groups.groupOf);
  const times = Array.from({ length: 5 }, () =>
    cpuTime(() => expect(buildFarDisplay(graph, layout, groups).dots).toHaveLength(20_000)),
  );
  expect(Math.min(...times)).toBeLessThan(150);
}, 20_000);
