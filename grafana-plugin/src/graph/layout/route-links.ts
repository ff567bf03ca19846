import type { Point } from '../geometry/rectangle.ts';
import type { LayoutSizes } from '../model/layout.ts';
import type { Link } from './layers/adjacency.ts';
import { closestIncreasing } from './layers/closest-increasing.ts';

/** Vertical distance of links that pass a column through the same gap, where space allows. */
const LANE = 10;

/** Minimum width for a link to change its height. */
const LEAST_TURN = 20;

/** Links over more columns than this are drawn straight, so that deep graphs stay cheap. */
const MOST_COLUMNS = 12;

/** With more links than this, single links cannot be followed: all are drawn straight. */
const MOST_ROUTED = 5000;

/** Nodes above each other: their centre, and the gaps between them. */
interface Column {
  readonly x: number;
  readonly gaps: readonly Gap[];
}

/** A gap of a column, infinite at the top and bottom, and the links that pass it. */
interface Gap {
  readonly from: number;
  readonly to: number;
  readonly passing: { wanted: number; settle: (y: number) => void }[];
}

/**
 * Routes links around the nodes of the columns that they pass: returns the bend points of each such link, in its
 * direction. A link passes a column as close to the straight line as the nodes there allow.
 */
export function routeLinks(
  corners: readonly Point[],
  links: readonly Link[],
  sizes: LayoutSizes,
): [Link, Point[]][] {
  if (links.length > MOST_ROUTED) return [];
  const { columns, columnOf } = findColumns(corners, sizes);
  const centre = (v: number): Point => ({
    x: (corners[v]?.x ?? 0) + sizes.width / 2,
    y: (corners[v]?.y ?? 0) + sizes.height / 2,
  });
  const routes = links.flatMap((link): [Link, Point[]][] => {
    const [from, to] = [columnOf[link[0]] ?? 0, columnOf[link[1]] ?? 0];
    const step = Math.sign(to - from);
    const passed = Math.abs(to - from) - 1;
    if (passed < 1 || passed > MOST_COLUMNS) return [];
    const [start, end] = [centre(link[0]), centre(link[1])];
    const bends: Point[] = [];
    let last = start.x;
    for (let at = from + step; at !== to; at += step) {
      const { x = 0, gaps = [] } = columns[at] ?? {};
      // A link is horizontal where it passes a column: if columns overlap, there is no space to turn.
      if (Math.min((x - last) * step, (end.x - x) * step) < sizes.width + LEAST_TURN) continue;
      last = x;
      const wanted = start.y + ((end.y - start.y) * (x - start.x)) / (end.x - start.x);
      const index = bends.push({ x, y: wanted }) - 1;
      nearestGap(gaps, wanted)?.passing.push({
        wanted,
        settle: (y) => {
          bends[index] = { x, y };
        },
      });
    }
    return bends.length > 0 ? [[link, bends]] : [];
  });
  for (const { gaps } of columns) gaps.forEach(spreadPassing);
  return routes;
}

/** Splits the nodes into columns that do not overlap: those of the layout, and moved nodes between them. */
function findColumns(corners: readonly Point[], { width, height }: LayoutSizes) {
  const fromLeft = [...corners.keys()].sort(
    (a, b) => (corners[a]?.x ?? 0) - (corners[b]?.x ?? 0) || (corners[a]?.y ?? 0) - (corners[b]?.y ?? 0),
  );
  const columnOf = new Int32Array(corners.length);
  const members: Point[][] = [];
  for (const v of fromLeft) {
    const corner = corners[v] ?? { x: 0, y: 0 };
    const first = members.at(-1)?.[0];
    if (first && corner.x < first.x + width) members.at(-1)?.push(corner);
    else members.push([corner]);
    columnOf[v] = members.length - 1;
  }
  const columns = members.map((column): Column => {
    const tops = column.map(({ y }) => y).sort((a, b) => a - b);
    const gaps = [...tops, Infinity].map((top, i): Gap => {
      const above = tops[i - 1];
      return { from: above === undefined ? -Infinity : above + height, to: top, passing: [] };
    });
    const [left = 0, right = 0] = [column[0]?.x, column.at(-1)?.x];
    return { x: (left + right + width) / 2, gaps: gaps.filter(({ from, to }) => to - from > LANE) };
  });
  return { columns, columnOf };
}

/** The gap closest to a height, by binary search: gaps are sorted. */
function nearestGap(gaps: readonly Gap[], y: number): Gap | undefined {
  let [low, high] = [0, gaps.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((gaps[middle]?.to ?? 0) < y) low = middle + 1;
    else high = middle;
  }
  const [above, below] = [gaps[low - 1], gaps[low]];
  return above && below && y - above.to < below.from - y ? above : below;
}

/** Places the links that pass a gap side by side, in the order of their heights. */
function spreadPassing({ from, to, passing }: Gap): void {
  passing.sort((a, b) => a.wanted - b.wanted);
  const lane = Math.min(LANE, (to - from) / (passing.length + 1));
  const tops = closestIncreasing(
    passing.map(({ wanted }, i) => wanted - i * lane),
    passing.map(() => 1),
  );
  passing.forEach(({ settle }, i) => {
    const [first, last] = [from + lane * (i + 1), to - lane * (passing.length - i)];
    settle(Math.min(last, Math.max(first, (tops[i] ?? 0) + i * lane)));
  });
}
