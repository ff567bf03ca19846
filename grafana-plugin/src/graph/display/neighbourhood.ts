import type { DisplayList } from './display-list.ts';
import type { Target } from './hit-test.ts';

/** Keys of the cards and curves to bring out. */
export interface Neighbourhood {
  readonly cards: ReadonlySet<string>;
  readonly curves: ReadonlySet<string>;
}

/** A node with its edges and their other ends, or an edge with its two ends. */
export function neighbourhood(display: DisplayList, target: Target): Neighbourhood {
  const cards = new Set<string>();
  const curves = new Set<string>();
  for (const { key, source, target: destination } of display.curves) {
    const near =
      target.type === 'edge' ? key === target.key : source === target.key || destination === target.key;
    if (!near) continue;
    curves.add(key);
    cards.add(source);
    cards.add(destination);
  }
  if (target.type === 'node') cards.add(target.key);
  return { cards, curves };
}
