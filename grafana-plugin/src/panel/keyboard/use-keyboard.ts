import { type KeyboardEvent, type RefObject, useCallback, useRef, useState } from 'react';
import type { GraphEdge, GraphElement } from '../../graph/model/graph.ts';
import type { Focus, PanelOptions } from '../state/options.ts';
import type { Changes } from '../state/use-changes.ts';
import type { Selection } from '../state/use-selection.ts';
import { useDetailsFocus } from './use-details-focus.ts';
import type { CursorActions } from './use-node-cursor.ts';

interface Arguments {
  readonly selection: Selection;
  readonly options: Pick<PanelOptions, 'focus' | 'saved'>;
  readonly changes: Pick<Changes, 'onChange' | 'onPut'>;
  /** The node where a path starts, while the user has yet to pick its last node. */
  readonly pathFrom: string | undefined;
  readonly onPathFrom: (node: string | undefined) => void;
  readonly onPick: (target: GraphElement) => void;
}

/** Keyboard actions outside of the graph, and the elements that can have the focus. */
export interface Keyboard {
  /** The graph, the search and the details. */
  readonly graph: RefObject<HTMLDivElement | null>;
  readonly search: RefObject<HTMLInputElement | null>;
  readonly details: RefObject<HTMLDivElement | null>;
  readonly actions: CursorActions;
  /** Whether the keys are listed. */
  readonly help: boolean;
  readonly onHelp: (shown: boolean) => void;
  readonly onPickRow: (edge: GraphEdge, byKeyboard: boolean) => void;
  readonly onCloseDetails: () => void;
  /** Of the whole panel: Escape closes what is open. */
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/** Moves the keyboard focus between the graph, the search, the table and the details. */
export function useKeyboard({
  selection,
  options,
  changes,
  pathFrom,
  onPathFrom,
  onPick,
}: Arguments): Keyboard {
  const graph = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const [help, onHelp] = useState(false);
  const { box, enter, leave } = useDetailsFocus(graph);
  const { pinned, pin } = selection;
  const onPickRow = useCallback(
    (edge: GraphEdge, byKeyboard: boolean) => {
      if (byKeyboard) enter();
      pin({ type: 'edge', key: edge.key });
    },
    [enter, pin],
  );
  const onCloseDetails = () => {
    leave();
    pin(undefined);
  };
  /** Cancels a path that is being picked, or else closes the details; returns whether there was either. */
  const closeOne = (): boolean => {
    if (pathFrom !== undefined) onPathFrom(undefined);
    else if (pinned) onCloseDetails();
    else return false;
    return true;
  };
  return {
    graph,
    search,
    details: box,
    help,
    onHelp,
    onPickRow,
    onCloseDetails,
    onKeyDown(event) {
      // If there was nothing to close, Grafana handles the key: it listens to the whole page.
      if (event.key === 'Escape' && closeOne()) event.stopPropagation();
    },
    actions: {
      onFocus: selection.onFocus,
      onPick(target) {
        if (pathFrom === undefined) enter();
        onPick(target);
      },
      onClose: closeOne,
      onSearch: () => search.current?.focus(),
      onFocusOn: (node) => changes.onChange({ focus: toggled(options.focus, node) }),
      onPathFrom,
      onShift(node, from, by) {
        // Keys may come faster than layouts.
        const { x, y } = options.saved[node] ?? from;
        changes.onPut(node, { x: x + by.x, y: y + by.y });
      },
      onHelp: () => onHelp(true),
    },
  };
}

const toggled = (focus: Focus | null, node: string): Focus | null =>
  focus?.node === node && focus.to === undefined ? null : { node, way: 'both', hops: 1 };
