import { degree, type Link, neighbours, predecessors, successors } from './adjacency.ts';

/**
 * Gives each vertex of an acyclic graph its layer: right of everything that depends on it, by the longest
 * path. A vertex nobody depends on is then pulled right, next to the first thing it depends on.
 */
export function assignLayers(count: number, links: readonly Link[]): Int32Array {
  const out = successors(count, links);
  const into = predecessors(count, links);
  const layer = new Int32Array(count);
  const waiting = Int32Array.from({ length: count }, (_, v) => degree(into, v));
  const ready = Array.from({ length: count }, (_, v) => v).filter((v) => waiting[v] === 0);
  // `ready` grows while it is walked: a topological order.
  for (const v of ready) {
    for (const child of neighbours(out, v)) {
      layer[child] = Math.max(layer[child] ?? 0, (layer[v] ?? 0) + 1);
      waiting[child] = (waiting[child] ?? 0) - 1;
      if (waiting[child] === 0) ready.push(child);
    }
  }
  for (const v of ready) {
    if (degree(into, v) > 0 || degree(out, v) === 0) continue;
    layer[v] = neighbours(out, v).reduce((least, child) => Math.min(least, layer[child] ?? 0), Infinity) - 1;
  }
  return layer;
}
