import type { ReactNode, RefObject } from 'react';
import type { Drawing } from '../../graph/display/drawing.ts';
import { boundsOf, highlightFor } from '../../graph/display/element-at.ts';
import type { View } from '../../graph/display/view/view.ts';
import type { Graph, GraphElement } from '../../graph/model/graph.ts';
import type { Selection } from '../state/use-selection.ts';
import type { Formatters } from '../texts/formatters.ts';
import { Details } from './Details.tsx';

interface Props {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly graph: Graph;
  readonly drawing: Drawing;
  readonly format: Formatters;
  readonly selection: Selection;
  readonly view: View;
  readonly size: { readonly width: number; readonly height: number };
  /** The trend of the pinned target over the range. */
  readonly trend: ReactNode;
  /** Actions on it. */
  readonly actions: ReactNode;
  readonly onClose: () => void;
}

/** Details of the pinned or focused target in a corner, and of the hovered target beside the pointer. */
export function StageDetails(props: Props) {
  const { box, graph, drawing, format, selection, view, size, trend, actions, onClose } = props;
  const { pointed, focused, pinned } = selection;
  const cornered = pinned ?? focused;
  return (
    <>
      {cornered && (
        <Details
          box={box}
          drawing={drawing}
          graph={graph}
          format={format}
          target={cornered}
          at={sideAwayFrom(drawing, cornered, view, size.width)}
          size={size}
          onClose={pinned && onClose}
          trend={trend}
          actions={actions}
        />
      )}
      {pointed && pointed.target.key !== cornered?.key && (
        <Details
          drawing={drawing}
          graph={graph}
          format={format}
          target={pointed.target}
          at={pointed}
          size={size}
        />
      )}
    </>
  );
}

/** The corner where details do not cover their target. */
function sideAwayFrom(drawing: Drawing, target: GraphElement, view: View, width: number): 'left' | 'right' {
  const nodes = target.type === 'edge' ? [...highlightFor(drawing, target).cards] : [target.key];
  const centres = nodes
    .flatMap((key) => boundsOf(drawing, { type: 'node', key }) ?? [])
    .map((bounds) => (bounds.x + bounds.width / 2) * view.scale + view.x);
  const mean = centres.reduce((sum, x) => sum + x, 0) / Math.max(1, centres.length);
  return mean > width / 2 ? 'left' : 'right';
}
