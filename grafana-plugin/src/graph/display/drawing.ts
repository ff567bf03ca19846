import type { Rectangle } from '../geometry/rectangle.ts';
import { bytesOf } from '../model/figures.ts';
import type { Graph } from '../model/graph.ts';
import type { Layout } from '../model/layout.ts';
import { buildFarDisplay, type FarDisplay } from './far/far-display.ts';
import { buildDisplay, type DisplayTexts, type GroupFrames } from './near/build-display.ts';
import type { DisplayList } from './near/display-list.ts';
import { type DetailLevel, detailAt, visiblePart } from './view/detail-level.ts';

/** A laid-out graph as it is drawn, in full detail or from afar. Lists are built on first use. */
export interface Drawing {
  readonly graph: Graph;
  readonly layout: Layout;
  readonly frames: GroupFrames;
  readonly bounds: Rectangle;
  detailAt(scale: number): DetailLevel;
  far(): FarDisplay;
  /** The visible rectangle of the drawing with a margin around it, in full detail. */
  near(visible: Rectangle): DisplayList;
  /** The whole graph in full detail. This takes seconds for a large graph. */
  whole(): DisplayList;
}

/** Up to this many edges, building the list of the whole graph is fast. */
const FEW_EDGES = 2000;
/** The list extends beyond the visible area by this share, so that it can be reused for small moves. */
const MARGIN = 0.4;

/** Creates the drawing of a graph. */
export function createDrawing(
  graph: Graph,
  layout: Layout,
  texts: DisplayTexts,
  framed: GroupFrames,
): Drawing {
  const isSmall = graph.edges.length <= FEW_EDGES;
  const far = once(() => buildFarDisplay(graph, layout, framed));
  const whole = once(() => buildDisplay(graph, layout, texts, framed));
  // Widths are relative to the largest figure of the whole graph, also in a part of the drawing.
  const mostOfAll = once(() => mostOf(graph, texts));
  let part: { readonly bounds: Rectangle; readonly list: DisplayList } | undefined;
  return {
    graph,
    layout,
    frames: framed,
    bounds: isSmall ? whole().bounds : far().bounds,
    detailAt: (scale) => detailAt(scale, graph.nodes.length, framed.groups.size > 0),
    far,
    whole,
    near(visible) {
      if (isSmall) return whole();
      if (part && isWithin(visible, part.bounds)) return part.list;
      const bounds = enlarged(visible, MARGIN);
      const list = buildDisplay(
        visiblePart(graph, layout, bounds),
        layout,
        { ...texts, most: mostOfAll() },
        framed,
      );
      part = { bounds, list };
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

const enlarged = ({ x, y, width, height }: Rectangle, share: number): Rectangle => ({
  x: x - width * share,
  y: y - height * share,
  width: width * (1 + 2 * share),
  height: height * (1 + 2 * share),
});
