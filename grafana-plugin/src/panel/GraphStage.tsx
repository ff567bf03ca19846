import { css } from '@emotion/css';
import type { ReactNode } from 'react';
import { labelAt } from '../graph/display/element-at.ts';
import type { Graph, GraphElement } from '../graph/model/graph.ts';
import { GraphCanvas } from './canvas/GraphCanvas.tsx';
import { GroupToggles } from './canvas/GroupToggles.tsx';
import type { Palette } from './canvas/palette.ts';
import { NodeActions } from './details/NodeActions.tsx';
import { StageDetails } from './details/StageDetails.tsx';
import { NodeCursor } from './keyboard/NodeCursor.tsx';
import type { Keyboard } from './keyboard/use-keyboard.ts';
import type { PanelOptions } from './state/options.ts';
import type { GraphState } from './state/use-graph-state.ts';
import type { GroupedGraph } from './state/use-visible-graph.ts';
import type { Formatters } from './texts/formatters.ts';
import { FocusStrip } from './toolbar/FocusStrip.tsx';
import { strips } from './toolbar/strip-styles.ts';

export interface StageProps {
  readonly options: PanelOptions;
  readonly format: Formatters;
  /** Above the focus strip, at the bottom of the drawing. */
  readonly strips: ReactNode;
  /** The pinned node or edge over the range. */
  readonly trendOf: (target: GraphElement, graph: Graph) => ReactNode;
  /** Links from a node or an edge of the graph to the rest of the dashboard. */
  readonly linksOf: (target: GraphElement, drawn: Graph) => ReactNode;
}

interface Props extends StageProps {
  readonly shown: GroupedGraph;
  readonly state: GraphState;
  readonly keyboard: Keyboard;
  readonly palette: Palette;
}

/** The drawing, with what lies above it: toggles of groups, strips and details. */
export function GraphStage(props: Props) {
  const { shown, state, keyboard, palette, options, format } = props;
  const { graph, groupOf, nameOf } = shown;
  const { canvas, drawing, areas, size, control, selection, changes, onPathFrom } = state;
  const { pointed, focused, pinned } = selection;
  return (
    <div className={stage} hidden={areas.graph === 0}>
      <NodeCursor
        list={keyboard.graph}
        graph={graph}
        nodeBounds={state.nodeBounds}
        pinned={pinned}
        control={control}
        edgeLabel={(key) => labelAt(drawing, control.view, size, key)}
        actions={keyboard.actions}
        covered={areas.graph - areas.clear}
      >
        <GraphCanvas
          canvas={canvas}
          drawing={drawing}
          palette={palette}
          control={control}
          width={size.width}
          height={size.height}
          focus={pointed?.target ?? focused ?? pinned}
          matches={state.found.matches}
          onHover={selection.onHover}
          onPut={changes.onPut}
          onPick={state.onPick}
        />
      </NodeCursor>
      <GroupToggles
        canvas={canvas}
        drawing={drawing}
        control={control}
        size={size}
        onToggle={changes.onToggle}
      />
      <div className={strips} style={{ maxHeight: areas.strips }}>
        {props.strips}
        <FocusStrip
          nameOf={nameOf}
          focus={options.focus}
          pathFrom={state.pathFrom}
          onFocus={(next) => changes.onChange({ focus: next })}
          onCancelPath={() => onPathFrom(undefined)}
        />
      </div>
      <StageDetails
        box={keyboard.details}
        graph={graph}
        drawing={drawing}
        format={format}
        selection={selection}
        view={control.view}
        size={size}
        onClose={keyboard.onCloseDetails}
        trend={pinned && props.trendOf(pinned, graph)}
        actions={
          pinned && (
            <>
              {pinned.type === 'node' && (
                <NodeActions
                  node={pinned.key}
                  group={groupOf(pinned.key)}
                  onToggle={changes.onToggle}
                  onHide={() => changes.onHide(pinned.key)}
                  onFocus={(next) => changes.onChange({ focus: next })}
                  onPath={() => onPathFrom(pinned.key)}
                />
              )}
              {props.linksOf(pinned, graph)}
            </>
          )
        }
      />
    </div>
  );
}

/** Details are positioned in it. */
const stage = css({ position: 'relative' });
