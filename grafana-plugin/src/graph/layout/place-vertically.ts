import { type Adjacency, neighbours } from './adjacency.ts';
import { closestIncreasing } from './closest-increasing.ts';
import type { LayeredGraph } from './layered-graph.ts';

const ROUNDS = 8;

/**
 * Gives each vertex its vertical centre: as near to its neighbours' mean as the order within the layer and
 * the room each vertex needs allow. Links through bend points weigh more, so that long ones run straight.
 */
export function placeVertically(
  layers: readonly (readonly number[])[],
  { out, into, real, count }: LayeredGraph,
  room: (v: number) => number,
): Float64Array {
  const y = new Float64Array(count);
  for (const layer of layers) {
    const height = layer.reduce((sum, v) => sum + room(v), 0);
    let top = -height / 2;
    for (const v of layer) {
      y[v] = top + room(v) / 2;
      top += room(v);
    }
  }
  const weightOf = (v: number, u: number) => (v >= real && u >= real ? 8 : v >= real || u >= real ? 2 : 1);
  const pull = (v: number, side: Adjacency, into: { sum: number; weight: number }) => {
    for (const u of neighbours(side, v)) {
      const weight = weightOf(v, u);
      into.sum += weight * (y[u] ?? 0);
      into.weight += weight;
    }
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (const layer of round % 2 === 0 ? layers : layers.toReversed()) {
      // Subtracting the room used so far turns "at least so far apart" into "not decreasing".
      let used = 0;
      const offsets: number[] = [];
      const wanted: number[] = [];
      const weights: number[] = [];
      for (const v of layer) {
        const mean = { sum: 0, weight: 0 };
        pull(v, into, mean);
        pull(v, out, mean);
        const offset = used + room(v) / 2;
        used += room(v);
        offsets.push(offset);
        wanted.push((mean.weight > 0 ? mean.sum / mean.weight : (y[v] ?? 0)) - offset);
        weights.push(mean.weight || 0.1);
      }
      closestIncreasing(wanted, weights).forEach((value, i) => {
        y[layer[i] ?? 0] = value + (offsets[i] ?? 0);
      });
    }
  }
  return y;
}
