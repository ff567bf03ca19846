import { CoreApp, type DataQueryRequest, LoadingState, type PanelData, type TimeRange } from '@grafana/data';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Subscription } from 'rxjs';
import type { PrometheusSource, Target } from './prometheus-source.ts';

/** Runs a panel's queries with loading states, as Grafana's query runner does. */
export function usePanelData(
  source: PrometheusSource,
  targets: readonly Target[],
  initial: TimeRange,
): { data: PanelData; runs: number; run: (timeRange: TimeRange) => void } {
  const [state, setState] = useState<{ data: PanelData; runs: number }>({
    data: { state: LoadingState.NotStarted, series: [], timeRange: initial },
    runs: 0,
  });
  const running = useRef<Subscription>(undefined);
  const requests = useRef(0);

  const run = useCallback(
    (timeRange: TimeRange) => {
      running.current?.unsubscribe();
      requests.current++;
      const request = requestFor(targets, timeRange, `page-${requests.current}`);
      setState(({ data, runs }) => ({
        data: { ...data, state: LoadingState.Loading, timeRange, request },
        runs,
      }));
      running.current = source.query(request).subscribe(({ data: series, state, errors }) => {
        const failed = errors?.length && { errors, error: errors[0] };
        setState(({ runs }) => ({
          data: { state: state ?? LoadingState.Done, series, timeRange, request, ...failed },
          runs: runs + 1,
        }));
      });
    },
    [source, targets],
  );
  useEffect(() => () => running.current?.unsubscribe(), []);
  return { ...state, run };
}

const requestFor = (targets: readonly Target[], range: TimeRange, requestId: string): DataQueryRequest => ({
  app: CoreApp.Dashboard,
  requestId,
  targets: targets.map((target) => ({ ...target })),
  range,
  interval: '15s',
  intervalMs: 15_000,
  // In Grafana these are the dashboard's, whatever the range of a request.
  scopedVars: { __from: { value: range.from.valueOf() }, __to: { value: range.to.valueOf() } },
  timezone: 'browser',
  startTime: Date.now(),
});
