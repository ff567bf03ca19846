import type { ReactNode, RefObject } from 'react';
import type { DisplayList } from '../graph/display/display-list.ts';
import type { Target } from '../graph/display/hit-test.ts';
import { neighbourhood } from '../graph/display/neighbourhood.ts';
import type { View } from '../graph/display/view.ts';
import type { Graph } from '../graph/graph.ts';
import { Details } from './Details.tsx';
import type { Formatters } from './formatters.ts';
import type { Selection } from './use-selection.ts';

interface Props {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly graph: Graph;
  readonly display: DisplayList;
  readonly format: Formatters;
  readonly selection: Selection;
  readonly view: View;
  readonly size: { readonly width: number; readonly height: number };
  /** What can be done with what is pinned. */
  readonly actions: ReactNode;
  readonly onClose: () => void;
}

/** Details of what is pinned, or has the keyboard, in a corner; of what is pointed at beside the pointer. */
export function StageDetails(props: Props) {
  const { box, graph, display, format, selection, view, size, actions, onClose } = props;
  const { pointed, focused, pinned } = selection;
  const cornered = pinned ?? focused;
  return (
    <>
      {cornered && (
        <Details
          box={box}
          graph={graph}
          format={format}
          target={cornered}
          at={sideAwayFrom(display, cornered, view, size.width)}
          size={size}
          onClose={pinned && onClose}
          actions={actions}
        />
      )}
      {pointed && pointed.target.key !== cornered?.key && (
        <Details graph={graph} format={format} target={pointed.target} at={pointed} size={size} />
      )}
    </>
  );
}

/** The corner where details do not cover what they are about. */
function sideAwayFrom(display: DisplayList, target: Target, view: View, width: number): 'left' | 'right' {
  const { cards } = neighbourhood(display, target);
  const centres = display.cards
    .filter(({ key }) => (target.type === 'node' ? key === target.key : cards.has(key)))
    .map((card) => (card.x + card.width / 2) * view.scale + view.x);
  const mean = centres.reduce((sum, x) => sum + x, 0) / Math.max(1, centres.length);
  return mean > width / 2 ? 'left' : 'right';
}
