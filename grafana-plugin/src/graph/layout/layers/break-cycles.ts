import { degree, type Link, neighbours, predecessors, successors } from './adjacency.ts';

/**
 * Reverses the links that close a cycle, so that the graph can be layered. A depth-first search from the vertices
 * without dependants (then from those with mostly dependencies) reverses few links, and usually the calls back.
 * Returns the links as an acyclic graph, in their order.
 */
export function breakCycles(count: number, links: readonly Link[]): Link[] {
  const out = successors(count, links);
  const into = predecessors(count, links);
  const roots = Array.from({ length: count }, (_, v) => v).sort(
    (a, b) =>
      Number(degree(into, a) > 0) - Number(degree(into, b) > 0) ||
      degree(out, b) - degree(into, b) - (degree(out, a) - degree(into, a)) ||
      a - b,
  );

  const finished = new Int32Array(count).fill(-1);
  const entered = new Uint8Array(count);
  let clock = 0;
  for (const root of roots) {
    const stack: { v: number; next: number }[] = [];
    const enter = (v: number) => {
      entered[v] = 1;
      stack.push({ v, next: 0 });
    };
    if (!entered[root]) enter(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const child = neighbours(out, top.v)[top.next++];
      if (child === undefined) {
        finished[top.v] = clock++;
        stack.pop();
      } else if (!entered[child]) enter(child);
    }
  }
  // A link closes a cycle if and only if it leads to a vertex that finished later than its start.
  return links.map(([from, to]) => ((finished[to] ?? 0) > (finished[from] ?? 0) ? [to, from] : [from, to]));
}
