import { css } from '@emotion/css';
import { t } from '@grafana/i18n';
import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { labelAt, placesOf, roomOf } from '../graph/display/drawing-target.ts';
import type { Target } from '../graph/display/hit-test.ts';
import type { Graph } from '../graph/graph.ts';
import type { Sort } from '../graph/sort-edges.ts';
import { GraphCanvas } from './canvas/GraphCanvas.tsx';
import { GroupToggles } from './canvas/GroupToggles.tsx';
import { usePalette } from './canvas/use-palette.ts';
import { NodeActions } from './details/NodeActions.tsx';
import { StageDetails } from './details/StageDetails.tsx';
import { KeyHelp } from './keyboard/KeyHelp.tsx';
import { NodeCursor } from './keyboard/NodeCursor.tsx';
import { useKeyboard } from './keyboard/use-keyboard.ts';
import { chromeOf } from './state/chrome.ts';
import type { PanelOptions } from './state/options.ts';
import { aspectOf } from './state/panel-shape.ts';
import { useChanges } from './state/use-changes.ts';
import { useDrawing } from './state/use-drawing.ts';
import type { OwnView } from './state/use-own-view.ts';
import { useSearch } from './state/use-search.ts';
import { useSelection } from './state/use-selection.ts';
import { useShownGraph } from './state/use-shown-graph.ts';
import { useView } from './state/use-view.ts';
import { EdgeTable } from './table/EdgeTable.tsx';
import type { Formatters } from './texts/formatters.ts';
import { ExportMenu } from './toolbar/ExportMenu.tsx';
import { FocusStrip } from './toolbar/FocusStrip.tsx';
import { GraphSearch } from './toolbar/GraphSearch.tsx';
import { Legend } from './toolbar/Legend.tsx';
import { MutedStrip } from './toolbar/MutedStrip.tsx';
import { strips } from './toolbar/strip-styles.ts';
import { Toolbar } from './toolbar/Toolbar.tsx';

interface Props {
  readonly graph: Graph;
  readonly notes: readonly string[];
  readonly compareMenu: ReactNode;
  /** What stands at the foot of the drawing, above what is there of the focus. */
  readonly strips: ReactNode;
  /** How what is pinned fared over the range. */
  readonly trendOf: (target: Target, graph: Graph) => ReactNode;
  readonly options: PanelOptions;
  readonly onChange: (change: Partial<PanelOptions>) => void;
  readonly selected: Target | undefined;
  readonly onSelect: (target: Target | undefined) => void;
  /** What leads from a thing in the drawn graph to somewhere else. */
  readonly beyond: (target: Target, drawn: Graph) => ReactNode;
  readonly format: Formatters;
  readonly width: number;
  readonly height: number;
  readonly ownView: OwnView;
}

/** The graph with its controls: drawing, details, legend and the table that says the same in text. */
export function GraphView(props: Props) {
  const { graph: whole, options, format, width, height, ownView } = props;
  const shown = useShownGraph(whole, options);
  const { graph, groups, groupOf, nameOf } = shown;
  const palette = usePalette(shown.open);
  const drawing = useDrawing(graph, options, format, palette.measure, aspectOf(width, height));
  const canvas = useRef<HTMLCanvasElement>(null);
  const [table, setTable] = useState(false);
  const chrome = chromeOf(height, {
    table,
    muted: shown.hubs.length + shown.hidden.length > 0,
    // Neither what comes by a refresh nor what is soon over makes the drawing smaller.
    strips: Number(options.compare !== 'off') + Number(options.focus !== null),
  });
  const control = useView(canvas, drawing.bounds, width, chrome.clear, ownView);

  const selection = useSelection(drawing, props.selected, props.onSelect);
  const { pointed, focused, pinned, pin } = selection;
  const found = useSearch(shown, options.search);
  const [pathFrom, setPathFrom] = useState<string>();
  const changes = useChanges(options, props.onChange, control);
  const { onChange, onToggle, onHide, onPut } = changes;
  const { onChange: save } = props;
  const onSort = useCallback((sort: Sort) => save({ sort }), [save]);
  const onPick = (target: Target | undefined) => {
    const tile = target?.type === 'group' && roomOf(drawing, target);
    if (tile) return control.show(tile);
    if (pathFrom !== undefined && target?.type === 'node') {
      setPathFrom(undefined);
      onChange({ focus: { node: pathFrom, to: target.key, way: 'down', hops: 1 } });
    }
    pin(target);
  };
  const keyboard = useKeyboard({ selection, options, changes, pathFrom, onPathFrom: setPathFrom, onPick });
  const places = useMemo(() => placesOf(drawing), [drawing]);
  const size = { width, height: chrome.graph };

  return (
    <section aria-label={t('graph.region', 'Graph and table')} onKeyDown={keyboard.onKeyDown}>
      <Toolbar
        width={width}
        height={chrome.toolbar}
        options={options}
        groups={groups}
        mostPartners={shown.mostPartners}
        notes={props.notes}
        compare={props.compareMenu}
        onChange={onChange}
        search={
          <GraphSearch
            input={keyboard.search}
            value={options.search}
            found={found}
            drawing={drawing}
            pinned={pinned}
            control={control}
            onChange={(search) => onChange({ search })}
            onPick={onPick}
            onLeave={() => keyboard.graph.current?.focus()}
          />
        }
        exports={<ExportMenu graph={graph} drawing={drawing} palette={palette} sort={options.sort} />}
        onFit={control.fit}
        table={table}
        onTable={setTable}
      />
      <MutedStrip
        height={chrome.muted}
        options={options}
        hidden={shown.hidden}
        hubs={shown.hubs}
        lonely={shown.lonely}
        nameOf={nameOf}
        onChange={onChange}
      />
      <div className={stage} hidden={chrome.graph === 0}>
        <NodeCursor
          list={keyboard.graph}
          graph={graph}
          places={places}
          pinned={pinned}
          control={control}
          edgeLabel={(key) => labelAt(drawing, control.view, size, key)}
          actions={keyboard.actions}
        >
          <GraphCanvas
            canvas={canvas}
            drawing={drawing}
            palette={palette}
            control={control}
            width={width}
            height={chrome.graph}
            focus={pointed?.target ?? focused ?? pinned}
            matches={found.matches}
            onHover={selection.onHover}
            onPut={onPut}
            onPick={onPick}
          />
        </NodeCursor>
        <GroupToggles canvas={canvas} drawing={drawing} control={control} size={size} onToggle={onToggle} />
        <div className={strips} style={{ maxHeight: chrome.strips }}>
          {props.strips}
          <FocusStrip
            nameOf={nameOf}
            focus={options.focus}
            pathFrom={pathFrom}
            onFocus={(next) => onChange({ focus: next })}
            onCancelPath={() => setPathFrom(undefined)}
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
                    onToggle={onToggle}
                    onHide={() => onHide(pinned.key)}
                    onFocus={(next) => onChange({ focus: next })}
                    onPath={() => setPathFrom(pinned.key)}
                  />
                )}
                {props.beyond(pinned, graph)}
              </>
            )
          }
        />
      </div>
      {chrome.toolbar > 0 && (
        <Legend
          width={width}
          height={chrome.legend}
          graph={whole}
          palette={palette}
          states={options.states}
          onStates={(next) => onChange({ states: next })}
          widthBy={options.widthBy}
          colourBy={options.colourBy}
          format={format}
        />
      )}
      <EdgeTable
        graph={graph}
        format={format}
        sort={options.sort}
        onSort={onSort}
        height={chrome.table}
        onFocus={selection.onFocusRow}
        onPick={keyboard.onPickRow}
      />
      {keyboard.help && <KeyHelp onClose={() => keyboard.onHelp(false)} />}
    </section>
  );
}

/** What details are placed in. */
const stage = css({ position: 'relative' });
