import { expect, test } from 'vitest';
import { largeGraph } from '../fixtures/large-graph.fixture.ts';
import { layoutGraph } from '../layout/layout-graph.ts';
import { findGroups } from '../levels/levels.ts';
import { createDrawing } from './drawing.ts';
import { boundsOf, elementAt, highlightFor, isDrawn } from './element-at.ts';
import { fitView } from './view/view.ts';

const sizes = { width: 164, height: 46, columnGap: 140, rowGap: 26, aspect: 1.7 };
const texts = {
  titleOf: () => 'a service',
  subtitleOf: () => 'host',
  labelsOf: () => [],
  measure: { title: () => 50, subtitle: () => 30, label: () => 0 },
};
const screen = { width: 1200, height: 700 };

const graph = largeGraph(3000, 12_000);
const framed = findGroups(graph, 'site');
const drawing = createDrawing(
  graph,
  layoutGraph({
    nodes: graph.nodes.map(({ key }) => key),
    edges: graph.edges,
    sizes,
    groups: framed.groupOf,
  }),
  texts,
  framed,
);
const node = { type: 'node', key: graph.nodes[5]?.key ?? '' } as const;
const bounds = boundsOf(drawing, node) ?? { x: 0, y: 0, width: 0, height: 0 };
const middle = { x: bounds.x + bounds.width / 2, y: bounds.y + bounds.height / 2 };
/** The view with the node in the middle of the screen. */
const viewAt = (scale: number) => ({ scale, x: 600 - middle.x * scale, y: 350 - middle.y * scale });

test.each([
  ['cards', 0.8, 'node'],
  ['dots', 0.1, 'node'],
  ['tiles', 0.02, 'group'],
] as const)('as %s, the element in the middle of the screen is found', (detail, scale, type) => {
  expect(drawing.detailAt(scale)).toBe(detail);
  const element = elementAt(drawing, viewAt(scale), screen, { x: 600, y: 350 });
  const key = type === 'node' ? node.key : framed.groupOf.get(node.key);
  expect(element).toEqual({ type, key });
  expect(element && isDrawn(drawing, element)).toBe(true);
});

test('only the surroundings of the visible area are listed, with the same widths as in the whole', () => {
  const near = drawing.near({ ...middle, width: 900, height: 500 });
  expect(near.cards.length).toBeLessThan(300);
  const widths = new Map(drawing.whole().curves.map(({ key, width }) => [key, width]));
  expect(near.curves.length).toBeGreaterThan(0);
  for (const { key, width } of near.curves) expect(width).toBe(widths.get(key));
});

test('the list is reused for small moves', () => {
  const near = drawing.near({ ...middle, width: 900, height: 500 });
  expect(drawing.near({ x: middle.x + 100, y: middle.y - 50, width: 900, height: 500 })).toBe(near);
  expect(drawing.near({ x: middle.x + 900, y: middle.y, width: 900, height: 500 })).not.toBe(near);
});

test('a tile highlights the tiles it is linked with, and a click zooms to its bounds', () => {
  const [tile] = drawing.far().tiles;
  if (!tile) throw new Error('no tile');
  const group = { type: 'group', key: tile.key } as const;
  expect(highlightFor(drawing, group).cards.size).toBeGreaterThan(1);
  const { scale } = fitView(boundsOf(drawing, group) ?? drawing.bounds, screen.width, screen.height);
  expect(scale).toBeGreaterThan(fitView(drawing.bounds, screen.width, screen.height).scale);
});
