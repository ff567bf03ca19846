import type { Point, Rectangle } from '../../geometry/rectangle.ts';
import type { EdgeState, GraphEdge, GraphNode } from '../../model/graph.ts';

/** A node as drawn. Title and subtitle already fit the card; `name` is the whole title. */
export interface Card {
  readonly key: string;
  readonly kind: GraphNode['kind'];
  readonly host: string;
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  /** How many nodes it stands for. */
  readonly members: number;
  /** Whether it is a group that the user has collapsed: it is drawn as a pile. */
  readonly collapsed: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An edge as drawn: cubic Bézier segments and, if its direction is known, an arrowhead at the destination. */
export interface Curve {
  readonly key: string;
  readonly source: string;
  readonly target: string;
  /** Start, then for each segment two control points and its end. */
  readonly points: readonly Point[];
  readonly width: number;
  /** What it tells by its colour, as CSS has it; undefined where that is left to its states. */
  readonly colour: string | undefined;
  readonly seenBy: GraphEdge['seenBy'];
  readonly states: readonly EdgeState[];
  /** The tip, and whether it points right (1), left (-1) or down (0). Without length it is not drawn. */
  readonly arrow: { readonly tip: Point; readonly direction: 1 | -1 | 0; readonly length: number };
}

/** An edge's text; `x`, `y` is its top left corner. */
export interface EdgeLabel {
  readonly key: string;
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A frame around the members of a group, its title in its upper left corner. */
export interface Frame extends Rectangle {
  readonly key: string;
  readonly title: string;
}

/** All that is drawn, in the order in which it is drawn. One list serves the canvas, hits, exports and tests. */
export interface DisplayList {
  readonly frames: readonly Frame[];
  readonly curves: readonly Curve[];
  readonly labels: readonly EdgeLabel[];
  readonly cards: readonly Card[];
  readonly bounds: Rectangle;
}
