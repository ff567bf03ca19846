import type { GraphElement } from '../model/graph.ts';

/** Keys of what to bring out: the cards and curves, or the tiles and the links between them. */
export interface Neighbourhood {
  readonly cards: ReadonlySet<string>;
  readonly curves: ReadonlySet<string>;
}

/** What joins two things: an edge, its curve, or all edges between two groups. */
interface Join {
  readonly key: string;
  readonly source: string;
  readonly target: string;
}

/** A node, or a group, with its edges and their other ends, or an edge with its two ends. */
export function neighbourhood(joins: readonly Join[], target: GraphElement): Neighbourhood {
  const cards = new Set<string>();
  const curves = new Set<string>();
  for (const { key, source, target: destination } of joins) {
    const near =
      target.type === 'edge' ? key === target.key : source === target.key || destination === target.key;
    if (!near) continue;
    curves.add(key);
    cards.add(source);
    cards.add(destination);
  }
  if (target.type !== 'edge') cards.add(target.key);
  return { cards, curves };
}
