import { type RefObject, useCallback, useMemo, useRef, useState } from 'react';
import type { Drawing } from '../../graph/display/drawing.ts';
import { boundsOf, nodeBounds } from '../../graph/display/element-at.ts';
import type { DisplayTexts } from '../../graph/display/near/build-display.ts';
import type { GraphElement } from '../../graph/model/graph.ts';
import type { EdgeSort } from '../../graph/model/sort-edges.ts';
import type { NodeBounds } from '../../graph/navigate/next-node.ts';
import type { Formatters } from '../texts/formatters.ts';
import type { PanelOptions } from './options.ts';
import { areasOf, aspectOf, type PanelAreas } from './panel-areas.ts';
import { type Changes, useChanges } from './use-changes.ts';
import { useDrawing } from './use-drawing.ts';
import { type SearchResult, useSearch } from './use-search.ts';
import { type Selection, useSelection } from './use-selection.ts';
import type { UserView } from './use-user-view.ts';
import { useView, type ViewControl } from './use-view.ts';
import type { GroupedGraph } from './use-visible-graph.ts';

interface Arguments {
  readonly shown: GroupedGraph;
  readonly measure: DisplayTexts['measure'];
  readonly options: PanelOptions;
  readonly onChange: (change: Partial<PanelOptions>) => void;
  readonly selected: GraphElement | undefined;
  readonly onSelect: (target: GraphElement | undefined) => void;
  readonly format: Formatters;
  readonly width: number;
  readonly height: number;
  readonly userView: UserView;
}

/** The graph as it is drawn, and what the user does with it. */
export interface GraphState {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly drawing: Drawing;
  /** Where each node is drawn. */
  readonly nodeBounds: NodeBounds;
  readonly areas: PanelAreas;
  /** Of the drawing. */
  readonly size: { readonly width: number; readonly height: number };
  readonly control: ViewControl;
  readonly selection: Selection;
  readonly found: SearchResult;
  readonly changes: Changes;
  readonly table: boolean;
  readonly onTable: (shown: boolean) => void;
  readonly onSort: (sort: EdgeSort) => void;
  /** The node where a path starts, until the user picks its last node. */
  readonly pathFrom: string | undefined;
  readonly onPathFrom: (node: string | undefined) => void;
  readonly onPick: (target: GraphElement | undefined) => void;
}

/** Lays out the graph shown and keeps its view, its selection and the path that is being picked. */
export function useGraphState(props: Arguments): GraphState {
  const { shown, options, format, width, height, onChange: save } = props;
  const drawing = useDrawing(shown.graph, options, format, props.measure, aspectOf(width, height));
  const canvas = useRef<HTMLCanvasElement>(null);
  const [table, onTable] = useState(false);
  const areas = areasOf(height, {
    table,
    muted: shown.hubs.length + shown.hidden.length > 0,
    // Strips that a refresh brings, or that soon go again, do not make the drawing smaller.
    strips: Number(options.compare !== 'off') + Number(options.focus !== null),
  });
  const control = useView(canvas, drawing.bounds, width, areas.clear, props.userView);
  const selection = useSelection(drawing, props.selected, props.onSelect);
  const found = useSearch(shown, options.search);
  const changes = useChanges(options, save, control);
  const onSort = useCallback((sort: EdgeSort) => save({ sort }), [save]);
  const [pathFrom, onPathFrom] = useState<string>();
  const onPick = (target: GraphElement | undefined) => {
    const tile = target?.type === 'group' && boundsOf(drawing, target);
    if (tile) return control.show(tile);
    if (pathFrom !== undefined && target?.type === 'node') {
      onPathFrom(undefined);
      changes.onChange({ focus: { node: pathFrom, to: target.key, way: 'down', hops: 1 } });
    }
    selection.pin(target);
  };
  return {
    canvas,
    drawing,
    nodeBounds: useMemo(() => nodeBounds(drawing), [drawing]),
    areas,
    size: { width, height: areas.graph },
    control,
    selection,
    found,
    changes,
    table,
    onTable,
    onSort,
    pathFrom,
    onPathFrom,
    onPick,
  };
}
