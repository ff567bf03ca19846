import { type Adjacency, type Link, predecessors, successors } from './adjacency.ts';

/** A graph whose links all lead to the next layer: longer ones pass through bend points. */
export interface LayeredGraph {
  /** Vertices below `real` are nodes, those from it on are bend points. */
  readonly real: number;
  readonly count: number;
  readonly layers: number[][];
  readonly out: Adjacency;
  readonly into: Adjacency;
  /** For each link: its bend points from left to right. */
  readonly bends: readonly (readonly number[])[];
}

/** Links that span more layers than this are drawn straight through: deep graphs stay cheap. */
const LONGEST_BENT_SPAN = 12;

/** Splits links over several layers by bend points. */
export function splitLongLinks(count: number, links: readonly Link[], layer: Int32Array): LayeredGraph {
  const layers: number[][] = [];
  const place = (v: number, at: number) => {
    while (layers.length <= at) layers.push([]);
    layers[at]?.push(v);
  };
  for (let v = 0; v < count; v++) place(v, layer[v] ?? 0);

  let next = count;
  const short: Link[] = [];
  const bends = links.map(([from, to]) => {
    const first = (layer[from] ?? 0) + 1;
    const last = layer[to] ?? 0;
    if (last - first > LONGEST_BENT_SPAN) return [];
    const points: number[] = [];
    for (let at = first; at < last; at++) {
      place(next, at);
      short.push([points.at(-1) ?? from, next]);
      points.push(next++);
    }
    short.push([points.at(-1) ?? from, to]);
    return points;
  });
  return {
    real: count,
    count: next,
    layers,
    out: successors(next, short),
    into: predecessors(next, short),
    bends,
  };
}
