import { type Adjacency, neighbours } from './adjacency.ts';
import type { LayeredGraph } from './layered-graph.ts';

/** Vertices with more links than this are left where the barycentre put them: a swap costs their product. */
const BUSY = 64;

/** Swaps vertices that stand next to each other in a layer while that removes crossings: one pass. */
export function swapNeighbours(layers: number[][], rank: Int32Array, { out, into }: LayeredGraph): void {
  for (const layer of layers) {
    for (let i = 0; i + 1 < layer.length; i++) {
      const upper = layer[i] ?? 0;
      const lower = layer[i + 1] ?? 0;
      const gain = inversions(upper, lower, into, rank) + inversions(upper, lower, out, rank);
      if (gain <= 0) continue;
      layer[i] = lower;
      layer[i + 1] = upper;
      rank[lower] = i;
      rank[upper] = i + 1;
    }
  }
}

/** How many crossings between the links of two vertices a swap would remove (less those it would make). */
function inversions(upper: number, lower: number, side: Adjacency, rank: Int32Array): number {
  const ofUpper = neighbours(side, upper);
  const ofLower = neighbours(side, lower);
  if (ofUpper.length > BUSY || ofLower.length > BUSY) return 0;
  let gain = 0;
  for (const a of ofUpper) {
    for (const b of ofLower) gain += Math.sign((rank[a] ?? 0) - (rank[b] ?? 0));
  }
  return gain;
}
