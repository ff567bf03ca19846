import { LoadingState, type PanelData, type TimeRange } from '@grafana/data';
import { useCallback, useEffect, useRef, useState } from 'react';
import { runQueries, type Target } from './run-queries.ts';

/** Queries for a panel with its loading states, as Grafana's query runner gives them to a panel. */
export function usePanelData(
  targets: readonly Target[],
  initial: TimeRange,
): { data: PanelData; runs: number; run: (timeRange: TimeRange) => void } {
  const [state, setState] = useState<{ data: PanelData; runs: number }>({
    data: { state: LoadingState.NotStarted, series: [], timeRange: initial },
    runs: 0,
  });
  const running = useRef<AbortController>(undefined);

  const run = useCallback(
    (timeRange: TimeRange) => {
      running.current?.abort();
      const controller = new AbortController();
      running.current = controller;
      const request = { targets: targets.map((target) => ({ ...target })) } as PanelData['request'] & object;
      setState(({ data, runs }) => ({ data: { ...data, state: LoadingState.Loading, timeRange }, runs }));
      const range = { from: timeRange.from.valueOf(), to: timeRange.to.valueOf() };
      runQueries(targets, range, controller.signal).then(
        ({ series, errors }) => {
          const failed = errors.length > 0 && { errors, error: errors[0] };
          const state = failed ? LoadingState.Error : LoadingState.Done;
          setState(({ runs }) => ({
            data: { state, series, timeRange, request, ...failed },
            runs: runs + 1,
          }));
        },
        () => {
          // Aborted: a newer run replaces this one.
        },
      );
    },
    [targets],
  );
  useEffect(() => () => running.current?.abort(), []);
  return { ...state, run };
}
