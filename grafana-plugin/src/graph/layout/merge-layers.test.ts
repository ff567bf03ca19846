import { expect, test } from 'vitest';
import { serviceMap } from '../fixtures/service-map.fixture.ts';
import type { Layout } from '../model/layout.ts';
import { mergeLayers } from './layers/merge-layers.ts';
import { layoutGraph } from './layout-graph.ts';

const sizes = { width: 164, height: 46, columnGap: 140, rowGap: 26, aspect: 1.7 };

function aspectOf({ corners }: Layout): number {
  const positions = [...corners.values()];
  return Math.max(...positions.map(({ x }) => x)) / Math.max(...positions.map(({ y }) => y));
}

test('a large graph with many layers has a balanced aspect ratio', () => {
  const { nodes, edges } = serviceMap(4000, 40_000);
  const aspect = aspectOf(layoutGraph({ nodes, edges, sizes }));
  expect(aspect).toBeGreaterThan(1.2);
  expect(aspect).toBeLessThan(2.5);
});

test('groups that depend on each other in a cycle have a balanced aspect ratio', () => {
  const { nodes, edges } = serviceMap(1000, 4000);
  const groups = new Map(nodes.map((node, i) => [node, `g${i % 12}`]));
  expect(aspectOf(layoutGraph({ nodes, edges, sizes, groups }))).toBeLessThan(3);
});

test('no vertex is moved right of its dependencies', () => {
  const layers = Int32Array.from({ length: 3000 }, (_, v) => Math.floor(v / 10));
  const merged = mergeLayers(layers, sizes, sizes);
  expect(new Set(merged).size).toBeLessThan(60);
  expect([...merged]).toEqual([...merged].sort((a, b) => a - b));
});

test('the layers of a small graph are not merged', () => {
  const chain = Int32Array.from({ length: 400 }, (_, v) => v);
  expect(mergeLayers(chain, sizes, sizes)).toBe(chain);
});
