import type { Point, Rectangle } from '../../geometry/rectangle.ts';
import type { EdgeState, GraphEdge, GraphNode } from '../../model/graph.ts';

/** A node as drawn. Title and subtitle fit the card; `name` is the full title. */
export interface Card {
  readonly key: string;
  readonly kind: GraphNode['kind'];
  readonly host: string;
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  /** The number of nodes that it represents. */
  readonly members: number;
  /** Whether it is a group that the user has collapsed, drawn as a stack. */
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
  /** The start, and two control points and an end per segment. */
  readonly points: readonly Point[];
  readonly width: number;
  /** The CSS colour; undefined if the colour depends on its states. */
  readonly colour: string | undefined;
  readonly seenBy: GraphEdge['seenBy'];
  readonly states: readonly EdgeState[];
  /** The tip, and whether it points right (1), left (-1) or down (0). Not drawn if its length is 0. */
  readonly arrow: { readonly tip: Point; readonly direction: 1 | -1 | 0; readonly length: number };
}

/** The label of an edge; `x`, `y` is its top left corner. */
export interface EdgeLabel {
  readonly key: string;
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A frame around the members of a group, with its title in the upper left corner. */
export interface Frame extends Rectangle {
  readonly key: string;
  readonly title: string;
}

/** All shapes, in drawing order. The canvas, hit tests, exports and tests use the same list. */
export interface DisplayList {
  readonly frames: readonly Frame[];
  readonly curves: readonly Curve[];
  readonly labels: readonly EdgeLabel[];
  readonly cards: readonly Card[];
  readonly bounds: Rectangle;
}
