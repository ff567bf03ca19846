import type { RefObject } from 'react';
import type { Drawing } from '../../graph/display/drawing.ts';
import { boundsOf } from '../../graph/display/element-at.ts';
import type { GraphElement } from '../../graph/model/graph.ts';
import type { SearchResult } from '../state/use-search.ts';
import type { ViewControl } from '../state/use-view.ts';
import { SearchBox } from './SearchBox.tsx';

interface Props {
  readonly input: RefObject<HTMLInputElement | null>;
  readonly value: string;
  readonly found: SearchResult;
  readonly drawing: Drawing;
  readonly pinned: GraphElement | undefined;
  readonly control: Pick<ViewControl, 'centre'>;
  readonly onChange: (value: string) => void;
  readonly onPick: (target: GraphElement) => void;
  readonly onLeave: () => void;
}

/** The search box above the graph: the current match is pinned and centred. */
export function GraphSearch({ found, drawing, pinned, control, onPick, ...box }: Props) {
  const at = pinned ? found.nodes.indexOf(pinned.key) : -1;
  const goTo = (index: number) => {
    const target: GraphElement = { type: 'node', key: found.nodes[index] ?? '' };
    const bounds = boundsOf(drawing, target);
    if (!bounds) return;
    onPick(target);
    control.centre({ x: bounds.x + bounds.width / 2, y: bounds.y + bounds.height / 2 });
  };
  return <SearchBox {...box} found={found} at={at < 0 ? undefined : at} onGo={goTo} />;
}
