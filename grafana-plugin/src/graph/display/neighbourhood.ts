import type { GraphElement } from '../model/graph.ts';

/** Keys of the cards and curves, or the tiles and links, to highlight. */
export interface Neighbourhood {
  readonly cards: ReadonlySet<string>;
  readonly curves: ReadonlySet<string>;
}

/** A connection between two elements: an edge, its curve, or all edges between two groups. */
interface Connection {
  readonly key: string;
  readonly source: string;
  readonly target: string;
}

/** A node or group with its edges and neighbours, or an edge with its two nodes. */
export function neighbourhood(connections: readonly Connection[], element: GraphElement): Neighbourhood {
  const cards = new Set<string>();
  const curves = new Set<string>();
  for (const { key, source, target } of connections) {
    const near =
      element.type === 'edge' ? key === element.key : source === element.key || target === element.key;
    if (!near) continue;
    curves.add(key);
    cards.add(source);
    cards.add(target);
  }
  if (element.type !== 'edge') cards.add(element.key);
  return { cards, curves };
}
