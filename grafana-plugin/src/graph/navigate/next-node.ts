import type { Rectangle } from '../geometry/rectangle.ts';

/** The bounds of each node, by its key. */
export type NodeBounds = ReadonlyMap<string, Rectangle>;

export type ArrowDirection = 'left' | 'right' | 'up' | 'down';

/** Weight of the sideways distance relative to the distance ahead. */
const ASIDE = 3;

/** Keys from left to right, and in each column from top to bottom: the direction of dependencies. */
export const readingOrder = (bounds: NodeBounds): string[] =>
  [...bounds].sort(([, a], [, b]) => a.x - b.x || a.y - b.y).map(([key]) => key);

/**
 * The node that an arrow key moves to: left and right the nearest neighbour on that side, if any, else the nearest of
 * all nodes. Undefined at the border.
 */
export function nextNode(
  from: string,
  direction: ArrowDirection,
  bounds: NodeBounds,
  linked: ReadonlySet<string>,
): string | undefined {
  const start = bounds.get(from);
  if (!start) return undefined;
  const isSideways = direction === 'left' || direction === 'right';
  const along = isSideways ? linked : new Set<string>();
  let best: { key: string; cost: number; isLinked: boolean } | undefined;
  for (const [key, rectangle] of bounds) {
    const { ahead, aside } = offset(start, rectangle, direction);
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

/** The distance ahead and sideways between two rectangles, from centre to centre. */
function offset(from: Rectangle, to: Rectangle, direction: ArrowDirection): { ahead: number; aside: number } {
  const right = to.x + to.width / 2 - from.x - from.width / 2;
  const down = to.y + to.height / 2 - from.y - from.height / 2;
  switch (direction) {
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
