import { boundingBox } from '../../geometry/rectangle.ts';
import { groupBoxes } from '../../layout/groups/group-boxes.ts';
import { bytesOf } from '../../model/figures.ts';
import type { Graph, GraphEdge, GraphNode } from '../../model/graph.ts';
import type { Layout } from '../../model/layout.ts';
import { type MeasureText, shorten } from '../text/shorten.ts';
import { attachEdges } from './attach-edges.ts';
import type { Card, DisplayList, Frame } from './display-list.ts';
import { placeLabels } from './place-labels.ts';
import { routeCurves } from './route-curves.ts';

/** Texts and styles that the panel provides, and the widths of texts in its fonts. */
export interface DisplayTexts {
  readonly titleOf: (node: GraphNode) => string;
  readonly subtitleOf: (node: GraphNode) => string;
  /** Labels of an edge, the longest first: the first label that fits is drawn. */
  readonly labelsOf: (edge: GraphEdge) => readonly string[];
  /** The amount that the width of an edge shows: by default bytes. */
  readonly amountOf?: (edge: GraphEdge) => number | undefined;
  /** The amount with the largest width: by default the largest amount. */
  readonly most?: number;
  /** The colour of an edge: by default that of its states. */
  readonly colourOf?: (edge: GraphEdge) => string | undefined;
  readonly measure: {
    readonly title: MeasureText;
    readonly subtitle: MeasureText;
    readonly label: MeasureText;
  };
}

/** Padding left and right of the texts of a card. */
export const CARD_PADDING = 14;
/** Width of the button that expands a collapsed group, at its right. */
const EXPAND_WIDTH = 18;
const LABEL_PADDING = 4;
const LABEL_HEIGHT = 16;

/** Groups to frame, and the group of each grouped node. */
export interface GroupFrames {
  readonly groups: ReadonlyMap<string, { readonly title: string }>;
  readonly groupOf: ReadonlyMap<string, string>;
}

/** Turns a laid-out graph into the list of shapes to draw. */
export function buildDisplay(
  graph: Graph,
  layout: Layout,
  texts: DisplayTexts,
  { groups, groupOf }: GroupFrames = { groups: new Map(), groupOf: new Map() },
): DisplayList {
  const { width, height } = layout;
  const textWidth = width - 2 * CARD_PADDING;
  const cards = graph.nodes.map((node): Card => {
    const { x, y } = layout.corners.get(node.key) ?? { x: 0, y: 0 };
    const name = texts.titleOf(node);
    const { key, kind, host } = node;
    const collapsed = node.collapsed !== undefined;
    const available = collapsed ? textWidth - EXPAND_WIDTH : textWidth;
    const title = shorten(name, available, texts.measure.title);
    const subtitle = shorten(texts.subtitleOf(node), available, texts.measure.subtitle);
    const members = Math.max(1, node.members.length);
    return { key, kind, host, name, title, subtitle, members, collapsed, x, y, width, height };
  });
  const { amountOf = ({ figures }) => bytesOf(figures), colourOf = () => undefined, most } = texts;
  const curves = routeCurves(attachEdges(graph.edges, layout), layout, { amountOf, colourOf, most });
  const frames = [...groupBoxes(layout.corners, groupOf, layout)].map(
    ([key, box]): Frame => ({ key, title: groups.get(key)?.title ?? '', ...box }),
  );
  const labelsOf = new Map(graph.edges.map((edge) => [edge.key, texts.labelsOf(edge)]));
  const labels = placeLabels(curves, cards, (key) =>
    (labelsOf.get(key) ?? []).map((text) => ({
      text,
      width: texts.measure.label(text) + 2 * LABEL_PADDING,
      height: LABEL_HEIGHT,
    })),
  );
  const ends = curves.flatMap(({ points }) => points.map((point) => ({ ...point, width: 0, height: 0 })));
  // Labels are on curves: without them, the bounds stay the same while only figures change.
  return { frames, curves, labels, cards, bounds: boundingBox([...frames, ...cards, ...ends]) };
}
