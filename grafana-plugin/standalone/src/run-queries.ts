import type { DataFrame, DataQueryError } from '@grafana/data';
import { interpolate, type QueryRange } from './interpolate.ts';
import { type InstantSample, toTableFrame } from './table-frame.ts';

/** A Prometheus query of a dashboard panel. */
export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly hide?: boolean;
}

/** What the queries of a panel gave. */
export interface Answers {
  readonly series: DataFrame[];
  readonly errors: DataQueryError[];
}

/** Runs a panel's instant queries at the end of the range, each on its own: one error spoils no other. */
export async function runQueries(
  targets: readonly Target[],
  range: QueryRange,
  signal: AbortSignal,
): Promise<Answers> {
  const asked = targets.filter((target) => !target.hide);
  const series: DataFrame[] = [];
  const errors: DataQueryError[] = [];
  await Promise.all(
    asked.map(async ({ refId, expr }, index) => {
      try {
        const samples = await queryInstant(interpolate(expr, range), range.to, signal);
        series[index] = toTableFrame(refId, asked.length > 1 ? `Value #${refId}` : 'Value', samples);
      } catch (error) {
        if (signal.aborted) throw error;
        errors.push({ refId, message: error instanceof Error ? error.message : String(error) });
      }
    }),
  );
  // Failed queries leave holes.
  return { series: series.filter(Boolean), errors };
}

async function queryInstant(query: string, at: number, signal: AbortSignal): Promise<InstantSample[]> {
  const body = new URLSearchParams({ query, time: String(at / 1000) });
  const response = await fetch('/api/v1/query', { method: 'POST', body, signal });
  const answer = await response.json().catch(() => undefined);
  if (!response.ok || answer?.status !== 'success') {
    const status = `${response.status} ${response.statusText}`;
    throw new Error(answer?.error ?? `the answer (${status}) is not one of Prometheus`);
  }
  return answer.data.result;
}
