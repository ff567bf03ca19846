import type { Rectangle } from '../geometry/rectangle.ts';

/** Where each node stands, by its key. */
export type NodeBounds = ReadonlyMap<string, Rectangle>;

export type ArrowDirection = 'left' | 'right' | 'up' | 'down';

/** Being aside costs so many times as much as being far ahead. */
const ASIDE = 3;

/** Keys from left to right, and in each column from top to bottom: the order in which dependencies are drawn. */
export const readingOrder = (places: NodeBounds): string[] =>
  [...places].sort(([, a], [, b]) => a.x - b.x || a.y - b.y).map(([key]) => key);

/**
 * The node to which an arrow key leads: sideways the nearest of those linked, if there is one on that side, else the
 * nearest of all. Undefined at the border.
 */
export function nextNode(
  from: string,
  heading: ArrowDirection,
  places: NodeBounds,
  linked: ReadonlySet<string>,
): string | undefined {
  const start = places.get(from);
  if (!start) return undefined;
  const isSideways = heading === 'left' || heading === 'right';
  const along = isSideways ? linked : new Set<string>();
  let best: { key: string; cost: number; isLinked: boolean } | undefined;
  for (const [key, place] of places) {
    const { ahead, aside } = offset(start, place, heading);
    if (key === from || ahead <= 0) continue;
    const candidate = { key, cost: ahead + ASIDE * aside, isLinked: along.has(key) };
    if (!best || isBetter(candidate, best)) best = candidate;
  }
  return best?.key;
}

interface Candidate {
  readonly cost: number;
  readonly isLinked: boolean;
}

const isBetter = (a: Candidate, b: Candidate): boolean =>
  a.isLinked === b.isLinked ? a.cost < b.cost : a.isLinked;

/** How far a place is ahead of another, and aside, from centre to centre. */
function offset(from: Rectangle, to: Rectangle, heading: ArrowDirection): { ahead: number; aside: number } {
  const right = to.x + to.width / 2 - from.x - from.width / 2;
  const down = to.y + to.height / 2 - from.y - from.height / 2;
  switch (heading) {
    case 'right':
      return { ahead: right, aside: Math.abs(down) };
    case 'left':
      return { ahead: -right, aside: Math.abs(down) };
    case 'down':
      return { ahead: down, aside: Math.abs(right) };
    case 'up':
      return { ahead: -down, aside: Math.abs(right) };
  }
}
