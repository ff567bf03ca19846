import { type Adjacency, neighbours } from './adjacency.ts';
import { countCrossings } from './count-crossings.ts';
import type { LayeredGraph } from './layered-graph.ts';
import { swapNeighbours } from './swap-neighbours.ts';

const SWEEPS = 12;
/** Sweeps that may pass without a better order before giving up. */
const PATIENCE = 4;

/** Orders each layer from top to bottom so that few links cross: barycentre sweeps, the best one kept. */
export function orderLayers(graph: LayeredGraph): number[][] {
  const { out, into } = graph;
  const rank = new Int32Array(graph.count);
  let layers = initialOrder(graph, rank);
  let best = layers;
  let fewest = countCrossings(layers, rank, out);
  for (let sweep = 0, idle = 0; sweep < SWEEPS && idle < PATIENCE && fewest > 0; sweep++) {
    const rightwards = sweep % 2 === 0;
    layers = layers.map((layer) => layer.slice());
    for (const layer of rightwards ? layers : layers.toReversed()) {
      sortByBarycentre(layer, rightwards ? into : out, rank);
    }
    swapNeighbours(layers, rank, graph);
    const crossings = countCrossings(layers, rank, out);
    idle++;
    if (crossings < fewest) {
      fewest = crossings;
      best = layers;
      idle = 0;
    }
  }
  return best;
}

/** Depth-first from the left: what hangs together starts together. */
function initialOrder({ layers, out, count }: LayeredGraph, rank: Int32Array): number[][] {
  const visited = new Int32Array(count).fill(-1);
  let clock = 0;
  for (const root of layers.flat()) {
    const stack = [root];
    for (let v = stack.pop(); v !== undefined; v = stack.pop()) {
      if ((visited[v] ?? 0) >= 0) continue;
      visited[v] = clock++;
      for (const child of neighbours(out, v).toReversed()) stack.push(child);
    }
  }
  return layers.map((layer) => {
    const sorted = layer.toSorted((a, b) => (visited[a] ?? 0) - (visited[b] ?? 0));
    sorted.forEach((v, index) => {
      rank[v] = index;
    });
    return sorted;
  });
}

function sortByBarycentre(layer: number[], side: Adjacency, rank: Int32Array): void {
  const centre = new Map<number, number>();
  for (const v of layer) {
    const near = neighbours(side, v);
    const sum = near.reduce((total, u) => total + (rank[u] ?? 0), 0);
    centre.set(v, near.length > 0 ? sum / near.length : (rank[v] ?? 0));
  }
  layer.sort((a, b) => (centre.get(a) ?? 0) - (centre.get(b) ?? 0) || (rank[a] ?? 0) - (rank[b] ?? 0));
  layer.forEach((v, index) => {
    rank[v] = index;
  });
}
