import type { Link } from './adjacency.ts';

/** Splits vertices into the sets that links connect, each and all in ascending order. */
export function connectedParts(count: number, links: readonly Link[]): number[][] {
  const parent = Int32Array.from({ length: count }, (_, v) => v);
  const root = (v: number): number => {
    let top = v;
    while (parent[top] !== top) {
      parent[top] = parent[parent[top] ?? 0] ?? 0;
      top = parent[top] ?? 0;
    }
    return top;
  };
  for (const [a, b] of links) {
    const [low, high] = [root(a), root(b)].sort((x, y) => x - y) as [number, number];
    parent[high] = low;
  }
  return [...Map.groupBy(parent.keys(), root).values()];
}
