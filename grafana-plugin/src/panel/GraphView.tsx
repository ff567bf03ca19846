import { t } from '@grafana/i18n';
import type { ReactNode } from 'react';
import type { Graph, GraphElement } from '../graph/model/graph.ts';
import { usePalette } from './canvas/palette.ts';
import { GraphStage, type StageProps } from './GraphStage.tsx';
import { KeyHelp } from './keyboard/KeyHelp.tsx';
import { useKeyboard } from './keyboard/use-keyboard.ts';
import type { PanelOptions } from './state/options.ts';
import { useGraphState } from './state/use-graph-state.ts';
import type { UserView } from './state/use-user-view.ts';
import { useVisibleGraph } from './state/use-visible-graph.ts';
import { EdgeTable } from './table/EdgeTable.tsx';
import { ExportMenu } from './toolbar/ExportMenu.tsx';
import { GraphSearch } from './toolbar/GraphSearch.tsx';
import { Legend } from './toolbar/Legend.tsx';
import { MutedStrip } from './toolbar/MutedStrip.tsx';
import { Toolbar } from './toolbar/Toolbar.tsx';

interface Props extends StageProps {
  readonly graph: Graph;
  /** Unix milliseconds, if the range ends later. */
  readonly recordedUntil: number | undefined;
  readonly timeZone: string;
  readonly notes: readonly string[];
  readonly compareMenu: ReactNode;
  readonly onChange: (change: Partial<PanelOptions>) => void;
  readonly selected: GraphElement | undefined;
  readonly onSelect: (target: GraphElement | undefined) => void;
  readonly width: number;
  readonly height: number;
  readonly userView: UserView;
}

/** The graph with its controls: toolbar, drawing, legend and the table with the same content. */
export function GraphView(props: Props) {
  const { graph: whole, options, format, width } = props;
  const shown = useVisibleGraph(whole, options);
  const palette = usePalette(shown.open);
  const state = useGraphState({ ...props, shown, measure: palette.measure });
  const { drawing, areas, control, selection, changes } = state;
  const keyboard = useKeyboard({ ...state, options });
  const { onChange } = changes;

  return (
    <section aria-label={t('graph.region', 'Graph and table')} onKeyDown={keyboard.onKeyDown}>
      <Toolbar
        width={width}
        height={areas.toolbar}
        options={options}
        groups={shown.groups}
        mostPartners={shown.mostPartners}
        notes={props.notes}
        compare={props.compareMenu}
        onChange={onChange}
        search={
          <GraphSearch
            input={keyboard.search}
            value={options.search}
            found={state.found}
            drawing={drawing}
            pinned={selection.pinned}
            control={control}
            onChange={(search) => onChange({ search })}
            onPick={state.onPick}
            onLeave={() => keyboard.graph.current?.focus()}
          />
        }
        exports={<ExportMenu graph={shown.graph} drawing={drawing} palette={palette} sort={options.sort} />}
        onFit={control.fit}
        table={state.table}
        onTable={state.onTable}
      />
      <MutedStrip
        height={areas.muted}
        options={options}
        hidden={shown.hidden}
        hubs={shown.hubs}
        lonely={shown.lonely}
        nameOf={shown.nameOf}
        onChange={onChange}
      />
      <GraphStage {...props} shown={shown} state={state} keyboard={keyboard} palette={palette} />
      {areas.toolbar > 0 && (
        <Legend
          width={width}
          height={areas.legend}
          graph={whole}
          palette={palette}
          recordedUntil={props.recordedUntil}
          timeZone={props.timeZone}
          states={options.states}
          onStates={(states) => onChange({ states })}
          widthBy={options.widthBy}
          colourBy={options.colourBy}
          format={format}
        />
      )}
      <EdgeTable
        graph={shown.graph}
        format={format}
        sort={options.sort}
        onSort={state.onSort}
        height={areas.table}
        onFocus={selection.onFocusRow}
        onPick={keyboard.onPickRow}
      />
      {keyboard.help && <KeyHelp onClose={() => keyboard.onHelp(false)} />}
    </section>
  );
}
