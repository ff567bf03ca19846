import { type Adjacency, degree, type Link, neighbours, predecessors, successors } from './adjacency.ts';

/** Maximum number of rounds in which vertices move to shorten their links. Most graphs need fewer. */
const ROUNDS = 8;

/**
 * Assigns a layer, from 0, to each vertex of an acyclic graph: right of all its dependants, with a small total length
 * of links.
 */
export function assignLayers(count: number, links: readonly Link[]): Int32Array {
  const out = successors(count, links);
  const into = predecessors(count, links);
  const layer = new Int32Array(count);
  const order = byLongestPath(layer, out, into);
  for (let round = 0; round < ROUNDS; round++) {
    const moved = shortenLinks(round % 2 === 0 ? order.toReversed() : order, layer, out, into);
    if (!moved) break;
  }
  const first = layer.reduce((least, at) => Math.min(least, at), Infinity);
  return layer.map((at) => at - first);
}

/** Assigns layers by the longest path from the left; returns the vertices in topological order. */
function byLongestPath(layer: Int32Array, out: Adjacency, into: Adjacency): number[] {
  const waiting = layer.map((_, v) => degree(into, v));
  const ready = [...waiting.keys()].filter((v) => waiting[v] === 0);
  // `ready` grows during the iteration.
  for (const v of ready) {
    for (const child of neighbours(out, v)) {
      layer[child] = Math.max(layer[child] ?? 0, (layer[v] ?? 0) + 1);
      waiting[child] = (waiting[child] ?? 0) - 1;
      if (waiting[child] === 0) ready.push(child);
    }
  }
  return ready;
}

/** Moves each vertex as far as possible towards the side with more of its links; returns whether any moved. */
function shortenLinks(order: readonly number[], layer: Int32Array, out: Adjacency, into: Adjacency): boolean {
  let moved = false;
  for (const v of order) {
    const balance = degree(out, v) - degree(into, v);
    if (balance === 0) continue;
    const at =
      balance > 0
        ? neighbours(out, v).reduce((least, child) => Math.min(least, layer[child] ?? 0), Infinity) - 1
        : neighbours(into, v).reduce((most, parent) => Math.max(most, layer[parent] ?? 0), -Infinity) + 1;
    moved ||= at !== layer[v];
    layer[v] = at;
  }
  return moved;
}
