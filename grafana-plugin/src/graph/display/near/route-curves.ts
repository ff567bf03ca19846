import type { Point } from '../../geometry/rectangle.ts';
import type { GraphEdge } from '../../model/graph.ts';
import type { Layout } from '../../model/layout.ts';
import { scalePosition } from './amount-scale.ts';
import type { EdgeRoute } from './attach-edges.ts';
import type { Curve } from './display-list.ts';

const THINNEST = 1.25;
const WIDEST = 6;
/** Minimum width of coloured curves: colours are hard to distinguish on thin lines. */
const LEAST_COLOURED = 3;
/** Vertical distance of parallel edges where they pass a layer together. */
const BEND_PITCH = 8;

interface CurveStyle {
  readonly amountOf: (edge: GraphEdge) => number | undefined;
  /** Defaults to the largest amount. */
  readonly most: number | undefined;
  readonly colourOf: (edge: GraphEdge) => string | undefined;
}

/** Turns routes into curves; the width depends on the share of the largest amount. */
export function routeCurves(routes: readonly EdgeRoute[], layout: Layout, look: CurveStyle): Curve[] {
  const { amountOf, colourOf } = look;
  const most = look.most ?? routes.reduce((max, { edge }) => Math.max(max, amountOf(edge) ?? 0), 0);
  const lanes = new Map<string, number>();
  return routes.map((route) => {
    const { edge } = route;
    const pair = JSON.stringify([edge.source, edge.target]);
    const lane = lanes.get(pair) ?? 0;
    lanes.set(pair, lane + 1);
    const colour = colourOf(edge);
    const width = Math.max(widthOf(amountOf(edge) ?? 0, most), colour === undefined ? 0 : LEAST_COLOURED);
    const length = edge.directed ? 8 + width : 0;
    const shape = {
      key: edge.key,
      source: edge.source,
      target: edge.target,
      width,
      colour,
      seenBy: edge.seenBy,
      states: edge.states,
    };
    if (route.direction === 0) return { ...shape, ...selfLoop(route, layout, lane, length) };
    const arrow = { tip: route.entry, direction: route.direction, length };
    return { ...shape, points: flow(route, layout, lane * BEND_PITCH, length), arrow };
  });
}

const widthOf = (value: number, most: number): number =>
  most > 0 ? THINNEST + (WIDEST - THINNEST) * scalePosition(value / most) : THINNEST;

/** Horizontal at cards and where it passes a layer, curved in between. */
function flow(route: EdgeRoute, layout: Layout, shift: number, arrowLength: number): Point[] {
  if (route.bulge > 0) return besideCards(route, shift, arrowLength);
  const reach = (layout.width / 2) * route.direction;
  const stops = [
    route.exit,
    ...route.bends.flatMap(({ x, y }) => [
      { x: x - reach, y: y + shift },
      { x: x + reach, y: y + shift },
    ]),
    // The line ends inside the arrowhead, so that its width does not blunt the tip.
    { x: route.entry.x - Math.max(0, arrowLength - 1) * route.direction, y: route.entry.y },
  ];
  return stops.flatMap((to, i) => {
    const from = stops[i - 1];
    if (!from) return [to];
    const middle = (from.x + to.x) / 2;
    return [{ x: middle, y: from.y }, { x: middle, y: to.y }, to];
  });
}

/** Leads around on the right, between cards above each other. */
function besideCards({ exit, entry, bulge }: EdgeRoute, shift: number, arrowLength: number): Point[] {
  const x = Math.max(exit.x, entry.x) + bulge + shift;
  return [
    exit,
    { x, y: exit.y },
    { x, y: entry.y },
    { x: entry.x + Math.max(0, arrowLength - 1), y: entry.y },
  ];
}

/** A loop above the card's right half. */
function selfLoop({ exit }: EdgeRoute, layout: Layout, lane: number, length: number) {
  const top = exit.y - layout.height / 2;
  const left = exit.x + layout.width * 0.62;
  const right = left + 36 + lane * 12;
  const peak = top - 26 - lane * 10;
  return {
    points: [
      { x: left, y: top },
      { x: left, y: peak },
      { x: right, y: peak },
      { x: right, y: top - Math.max(0, length - 1) },
    ],
    arrow: { tip: { x: right, y: top }, direction: 0 as const, length },
  };
}
