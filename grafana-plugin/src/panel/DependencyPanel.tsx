import { css } from '@emotion/css';
import { LoadingState, type PanelProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';
import { CompareMenu } from './compare/CompareMenu.tsx';
import { CompareStrip } from './compare/CompareStrip.tsx';
import { DashboardLinks } from './details/DashboardLinks.tsx';
import { GraphView } from './GraphView.tsx';
import { PanelMessage } from './PanelMessage.tsx';
import type { PanelOptions } from './state/options.ts';
import { useAnsweredData } from './state/use-answered-data.ts';
import { useComparison } from './state/use-comparison.ts';
import { useAround, useDependencyGraph } from './state/use-dependency-graph.ts';
import { useUserView } from './state/use-user-view.ts';
import { useViewerState } from './state/use-viewer-state.ts';
import { emptyMessage, nothingAround } from './texts/empty-texts.ts';
import { errorText } from './texts/error-texts.ts';
import { createFormatters } from './texts/formatters.ts';
import { invalidStateNote, noteText } from './texts/note-texts.ts';
import { FailureStrip } from './toolbar/FailureStrip.tsx';
import { TrendView } from './trend/TrendView.tsx';

/** The panel: the graph of the range, or a message if there is none. */
export function DependencyPanel(props: PanelProps<PanelOptions>) {
  const { width, height, timeZone } = props;
  const { data, keptFrom } = useAnsweredData(props.data, props.replaceVariables);
  const { options, invalid, ...viewer } = useViewerState(props.id, props.options, props.onOptionsChange);
  const comparison = useComparison(data, options.compare);
  const around = useAround(options.around, props.replaceVariables);
  const { graph, instances, empty, notes } = useDependencyGraph(data, comparison, options.level, around);
  const theme = useTheme2();
  const format = useMemo(
    () => createFormatters({ series: data.series }, graph, theme, timeZone),
    [data.series, graph, theme, timeZone],
  );
  const userView = useUserView(props.id);
  const message = empty ? emptyMessage(empty) : graph.nodes.length === 0 ? nothingAround(around) : undefined;
  const error = errorText(props.data);
  // The states of one comparison may not exist in another.
  const onChoice = (compare: string) => viewer.onChange({ compare, states: [] });
  const compared = { choice: options.compare, comparison, timeZone };
  const busy = [LoadingState.Loading, LoadingState.NotStarted].includes(props.data.state);
  const state = message ? (error ? 'error' : busy ? 'loading' : message.state) : 'ready';

  return (
    <div
      className={root}
      style={{ width, height }}
      data-testid="musubi-panel"
      data-panel-state={state}
      data-refreshing={busy || comparison.busy}
    >
      {state === 'ready' ? (
        <GraphView
          graph={graph}
          recordedUntil={comparison.isCut ? comparison.now.to : undefined}
          timeZone={timeZone}
          notes={[...notes.map(noteText), ...invalidStateNote(invalid), ...comparison.notes]}
          compareMenu={<CompareMenu {...compared} onChoice={onChoice} />}
          strips={
            <>
              {error && <FailureStrip error={error} keptFrom={keptFrom} timeZone={timeZone} />}
              <CompareStrip {...compared} onStop={() => onChoice('off')} />
            </>
          }
          trendOf={(target, drawn) => (
            <TrendView
              key={target.key}
              data={data}
              range={comparison.now}
              subject={{ target, graph: drawn, instances, byProcess: options.level === 'process' }}
              format={format}
            />
          )}
          options={options}
          {...viewer}
          linksOf={(target, drawn) => (
            <DashboardLinks
              target={target}
              graph={drawn}
              series={data.series}
              timeZone={timeZone}
              replaceVariables={props.replaceVariables}
            />
          )}
          format={format}
          width={width}
          height={height}
          userView={userView}
        />
      ) : state === 'error' ? (
        <PanelMessage
          state="error"
          title={t('error.data-source', 'The data source returned an error')}
          advice={error}
        />
      ) : state === 'loading' ? (
        <PanelMessage state="loading" title={t('state.loading', 'Loading')} advice="" />
      ) : (
        <PanelMessage state={state} title={message?.title ?? ''} advice={message?.advice ?? ''} />
      )}
    </div>
  );
}

const root = css({ position: 'relative', overflow: 'hidden' });
