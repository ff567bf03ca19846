import type { Rectangle } from '../geometry/rectangle.ts';
import { bytesOf } from '../model/figures.ts';
import type { Graph } from '../model/graph.ts';
import type { Layout } from '../model/layout.ts';
import { buildFarDisplay, type FarDisplay } from './far/far-display.ts';
import { buildDisplay, type DisplayTexts, type GroupFrames } from './near/build-display.ts';
import type { DisplayList } from './near/display-list.ts';
import { type DetailLevel, detailAt, visiblePart } from './view/detail-level.ts';

/** A laid-out graph as it is drawn, from near and from afar. What is listed is listed when it is first asked for. */
export interface Drawing {
  readonly graph: Graph;
  readonly layout: Layout;
  readonly frames: GroupFrames;
  readonly bounds: Rectangle;
  detailAt(scale: number): DetailLevel;
  far(): FarDisplay;
  /** What is within a rectangle of the drawing, and some more around it, in full detail. */
  near(seen: Rectangle): DisplayList;
  /** All of it in full detail. For a large graph that takes seconds. */
  whole(): DisplayList;
}

/** A graph of at most so many edges is listed as a whole in an instant. */
const FEW_EDGES = 2000;
/** The list reaches beyond what is seen by this share of it, so that it serves while one moves a little. */
const AROUND = 0.4;

/** Makes the lists of a graph. */
export function createDrawing(
  graph: Graph,
  layout: Layout,
  texts: DisplayTexts,
  framed: GroupFrames,
): Drawing {
  const isSmall = graph.edges.length <= FEW_EDGES;
  const far = once(() => buildFarDisplay(graph, layout, framed));
  const whole = once(() => buildDisplay(graph, layout, texts, framed));
  // Widths are by the largest figure of all, in a part of the drawing as well.
  const mostOfAll = once(() => mostOf(graph, texts));
  let part: { readonly room: Rectangle; readonly list: DisplayList } | undefined;
  return {
    graph,
    layout,
    frames: framed,
    bounds: isSmall ? whole().bounds : far().bounds,
    detailAt: (scale) => detailAt(scale, graph.nodes.length, framed.groups.size > 0),
    far,
    whole,
    near(seen) {
      if (isSmall) return whole();
      if (part && isWithin(seen, part.room)) return part.list;
      const room = grown(seen, AROUND);
      const list = buildDisplay(
        visiblePart(graph, layout, room),
        layout,
        { ...texts, most: mostOfAll() },
        framed,
      );
      part = { room, list };
      return list;
    },
  };
}

const mostOf = (
  { edges }: Graph,
  { amountOf = ({ figures }) => bytesOf(figures), most }: DisplayTexts,
): number => most ?? edges.reduce((max, edge) => Math.max(max, amountOf(edge) ?? 0), 0);

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const isWithin = (inner: Rectangle, { x, y, width, height }: Rectangle): boolean =>
  inner.x >= x && inner.y >= y && inner.x + inner.width <= x + width && inner.y + inner.height <= y + height;

const grown = ({ x, y, width, height }: Rectangle, share: number): Rectangle => ({
  x: x - width * share,
  y: y - height * share,
  width: width * (1 + 2 * share),
  height: height * (1 + 2 * share),
});
