import { type Adjacency, neighbours } from './adjacency.ts';

/** Counts the crossings of links between neighbouring layers, with a Fenwick tree: m log n. */
export function countCrossings(
  layers: readonly (readonly number[])[],
  rank: Int32Array,
  out: Adjacency,
): number {
  let crossings = 0;
  for (let at = 0; at + 1 < layers.length; at++) {
    const tree = new Int32Array((layers[at + 1]?.length ?? 0) + 1);
    let inserted = 0;
    for (const v of layers[at] ?? []) {
      const targets = neighbours(out, v);
      for (const target of targets) crossings += inserted - countUpTo(tree, (rank[target] ?? 0) + 1);
      for (const target of targets) insert(tree, (rank[target] ?? 0) + 1);
      inserted += targets.length;
    }
  }
  return crossings;
}

function countUpTo(tree: Int32Array, index: number): number {
  let sum = 0;
  for (let i = index; i > 0; i -= i & -i) sum += tree[i] ?? 0;
  return sum;
}

function insert(tree: Int32Array, index: number): void {
  for (let i = index; i < tree.length; i += i & -i) tree[i] = (tree[i] ?? 0) + 1;
}
