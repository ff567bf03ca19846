import { css } from '@emotion/css';
import { t } from '@grafana/i18n';
import { useTheme2 } from '@grafana/ui';
import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import type { DisplayList } from '../graph/display/display-list.ts';
import type { Target } from '../graph/display/hit-test.ts';
import { neighbourhood } from '../graph/display/neighbourhood.ts';
import type { View } from '../graph/display/view.ts';
import type { Graph } from '../graph/graph.ts';
import { distinct } from '../graph/order.ts';
import type { Sort } from '../graph/sort-edges.ts';
import { chromeOf } from './chrome.ts';
import { Details } from './Details.tsx';
import { EdgeTable } from './EdgeTable.tsx';
import { ExportMenu } from './ExportMenu.tsx';
import { FocusStrip } from './FocusStrip.tsx';
import type { Formatters } from './formatters.ts';
import { GraphCanvas } from './GraphCanvas.tsx';
import { GroupToggles } from './GroupToggles.tsx';
import { Legend } from './Legend.tsx';
import { MutedStrip } from './MutedStrip.tsx';
import { NodeActions } from './NodeActions.tsx';
import type { PanelOptions } from './options.ts';
import { createPalette } from './palette.ts';
import { SearchBox } from './SearchBox.tsx';
import { strips } from './strip-styles.ts';
import { Toolbar } from './Toolbar.tsx';
import { useChanges } from './use-changes.ts';
import { useDisplay } from './use-display.ts';
import { useSearch } from './use-search.ts';
import { useSelection } from './use-selection.ts';
import { useShownGraph } from './use-shown-graph.ts';
import { type OwnView, useView } from './use-view.ts';

interface Props {
  readonly graph: Graph;
  readonly notes: readonly string[];
  readonly compareMenu: ReactNode;
  readonly compareStrip: ReactNode;
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
  const theme = useTheme2();
  // Of all hosts, so that none changes its colour when others are collapsed or out of focus.
  const hosts = distinct(shown.open.nodes.map((node) => node.host)).join('\n');
  const palette = useMemo(() => createPalette(theme, hosts.split('\n')), [theme, hosts]);
  const display = useDisplay(graph, options, format, palette.measure);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [table, setTable] = useState(false);
  const chrome = chromeOf(height, { table, muted: shown.hubs.length + shown.hidden.length > 0 });
  const control = useView(canvas, display, width, chrome.graph, ownView);

  const selection = useSelection(display, props.selected, props.onSelect);
  const { pointed, focused, pinned, pin } = selection;
  const cornered = pinned ?? focused;
  const found = useSearch(shown, options.search);
  const [pathFrom, setPathFrom] = useState<string>();
  const { onChange, onToggle, onHide, onPut } = useChanges(options, props.onChange, control);
  const { onChange: save } = props;
  const onSort = useCallback((sort: Sort) => save({ sort }), [save]);
  const onPick = (target: Target | undefined) => {
    if (pathFrom !== undefined && target?.type === 'node') {
      setPathFrom(undefined);
      onChange({ focus: { node: pathFrom, to: target.key, way: 'down', hops: 1 } });
    }
    pin(target);
  };
  const goTo = (index: number) => {
    const card = display.cards.find(({ key }) => key === found.nodes[index]);
    if (!card) return;
    onPick({ type: 'node', key: card.key });
    control.centre({ x: card.x + card.width / 2, y: card.y + card.height / 2 });
  };
  const lookedAt = pinned ? found.nodes.indexOf(pinned.key) : -1;
  const size = { width, height: chrome.graph };

  return (
    <>
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
          <SearchBox
            value={options.search}
            found={found}
            at={lookedAt < 0 ? undefined : lookedAt}
            onChange={(search) => onChange({ search })}
            onGo={goTo}
          />
        }
        exports={<ExportMenu graph={graph} display={display} palette={palette} sort={options.sort} />}
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
        <GraphCanvas
          canvas={canvas}
          display={display}
          palette={palette}
          control={control}
          width={width}
          height={chrome.graph}
          label={t(
            'graph.label',
            'Dependency graph of {{nodes}} services and peers with {{edges}} dependencies; the table that follows lists them',
            { nodes: graph.nodes.length, edges: graph.edges.length },
          )}
          focus={pointed?.target ?? focused ?? pinned}
          matches={found.matches}
          onHover={selection.onHover}
          onPut={onPut}
          onPick={onPick}
        />
        <GroupToggles canvas={canvas} display={display} view={control.view} size={size} onToggle={onToggle} />
        <div className={strips}>
          {props.compareStrip}
          <FocusStrip
            nameOf={nameOf}
            focus={options.focus}
            pathFrom={pathFrom}
            onFocus={(next) => onChange({ focus: next })}
            onCancelPath={() => setPathFrom(undefined)}
          />
        </div>
        {cornered && (
          <Details
            graph={graph}
            format={format}
            target={cornered}
            at={sideAwayFrom(display, cornered, control.view, width)}
            size={size}
            onClose={pinned && (() => pin(undefined))}
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
        )}
        {pointed && pointed.target.key !== cornered?.key && (
          <Details graph={graph} format={format} target={pointed.target} at={pointed} size={size} />
        )}
      </div>
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
      <EdgeTable
        graph={graph}
        format={format}
        sort={options.sort}
        onSort={onSort}
        height={chrome.table}
        onFocus={selection.onFocus}
        onPick={selection.onPickRow}
      />
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

/** What details are placed in. */
const stage = css({ position: 'relative' });
