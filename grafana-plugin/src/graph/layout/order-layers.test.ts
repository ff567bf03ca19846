import { describe, expect, test } from 'vitest';
import type { Link } from './adjacency.ts';
import { assignLayers } from './assign-layers.ts';
import { countCrossings } from './count-crossings.ts';
import { splitLongLinks } from './layered-graph.ts';
import { orderLayers } from './order-layers.ts';
import { swapNeighbours } from './swap-neighbours.ts';

const graphOf = (count: number, links: Link[]) => splitLongLinks(count, links, assignLayers(count, links));
const rankIn = (layers: readonly (readonly number[])[], count: number) => {
  const rank = new Int32Array(count);
  for (const layer of layers) for (const [i, v] of layer.entries()) rank[v] = i;
  return rank;
};

describe('ordering', () => {
  test('untangles what its first order has tangled', () => {
    // 0 leads to 3 and 4, so it belongs between 1 (to 3) and 2 (to 4).
    const graph = graphOf(5, [
      [0, 3],
      [0, 4],
      [1, 3],
      [2, 4],
    ]);
    const layers = orderLayers(graph);
    expect(layers[0]?.[1]).toBe(0);
    expect(countCrossings(layers, rankIn(layers, graph.count), graph.out)).toBe(0);
  });

  test('keeps every vertex in its layer', () => {
    const graph = graphOf(6, [
      [0, 1],
      [1, 2],
      [0, 2],
      [3, 4],
      [4, 5],
      [3, 2],
    ]);
    const sorted = (layers: number[][]) => layers.map((layer) => layer.toSorted((a, b) => a - b));
    expect(sorted(orderLayers(graph))).toEqual(sorted(graph.layers));
  });
});

describe('swapping neighbours', () => {
  const graph = graphOf(4, [
    [0, 2],
    [1, 3],
  ]);

  test('removes a crossing, and makes none', () => {
    const crossed = [
      [1, 0],
      [2, 3],
    ];
    const rank = rankIn(crossed, 4);
    swapNeighbours(crossed, rank, graph);
    expect(countCrossings(crossed, rank, graph.out)).toBe(0);

    const straight = [
      [0, 1],
      [2, 3],
    ];
    swapNeighbours(straight, rankIn(straight, 4), graph);
    expect(straight).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });
});
