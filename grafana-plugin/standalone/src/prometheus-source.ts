import {
  type DataFrame,
  type DataQueryError,
  type DataQueryRequest,
  type DataQueryResponse,
  DataSourceApi,
  type DataSourceInstanceSettings,
  LoadingState,
  rangeUtil,
} from '@grafana/data';
import { Observable } from 'rxjs';
import { interpolate, type QueryRange } from './interpolate.ts';
import { type SampledSeries, toSeriesFrames } from './series-frames.ts';
import { type InstantSample, toTableFrame } from './table-frame.ts';

/** A Prometheus query of a dashboard panel. */
export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly hide?: boolean;
  /** A range query, in steps of `interval` (`60s`). */
  readonly range?: boolean;
  readonly interval?: string;
}

/** The Prometheus behind this page, as a data source of Grafana. */
export class PrometheusSource extends DataSourceApi {
  constructor() {
    const settings = { id: 1, uid: 'prometheus', type: 'prometheus', name: 'Prometheus', jsonData: {} };
    super({ ...settings, meta: {}, readOnly: true, access: 'proxy' } as DataSourceInstanceSettings);
  }

  /** Runs each query separately: an error does not affect the others. Unsubscribing cancels them. */
  override query(request: DataQueryRequest): Observable<DataQueryResponse> {
    return new Observable((subscriber) => {
      const controller = new AbortController();
      runQueries(request, controller.signal).then(
        (response) => {
          subscriber.next(response);
          subscriber.complete();
        },
        (error) => {
          if (!controller.signal.aborted) subscriber.error(error);
        },
      );
      return () => controller.abort();
    });
  }

  override testDatasource() {
    return Promise.reject(new Error('this page tests no data source'));
  }
}

async function runQueries(
  { targets, range, scopedVars }: DataQueryRequest,
  signal: AbortSignal,
): Promise<DataQueryResponse> {
  const span = { from: range.from.valueOf(), to: range.to.valueOf() };
  const shown = (targets as Target[]).filter((target) => !target.hide);
  const data: DataFrame[][] = [];
  const errors: DataQueryError[] = [];
  await Promise.all(
    shown.map(async ({ refId, expr, range: isRange, interval }, index) => {
      const query = interpolate(expr, span, scopedVars);
      try {
        if (isRange) {
          data[index] = toSeriesFrames(refId, await queryRange(query, span, interval ?? '15s', signal));
        } else {
          const samples = await queryInstant(query, span, signal);
          data[index] = [toTableFrame(refId, shown.length > 1 ? `Value #${refId}` : 'Value', samples)];
        }
      } catch (error) {
        if (signal.aborted) throw error;
        errors.push({ refId, message: error instanceof Error ? error.message : String(error) });
      }
    }),
  );
  const state = errors.length > 0 ? LoadingState.Error : LoadingState.Done;
  return { data: data.flat(), errors, state };
}

/** An instant query at the end of the range, as in Grafana's Prometheus data source. */
export const queryInstant = (
  query: string,
  { to }: QueryRange,
  signal: AbortSignal,
): Promise<InstantSample[]> => post('/api/v1/query', { query, time: String(to / 1000) }, signal);

/** A range query aligned to steps since 1970, as in Grafana's Prometheus data source. */
function queryRange(
  query: string,
  { from, to }: QueryRange,
  step: string,
  signal: AbortSignal,
): Promise<SampledSeries[]> {
  const seconds = rangeUtil.intervalToSeconds(step);
  const whole = (time: number) => String(Math.floor(time / 1000 / seconds) * seconds);
  return post('/api/v1/query_range', { query, start: whole(from), end: whole(to), step }, signal);
}

async function post<Result>(
  path: string,
  parameters: Record<string, string>,
  signal: AbortSignal,
): Promise<Result> {
  const response = await fetch(path, { method: 'POST', body: new URLSearchParams(parameters), signal });
  const result = await response.json().catch(() => undefined);
  if (!response.ok || result?.status !== 'success') {
    const status = `${response.status} ${response.statusText}`;
    throw new Error(result?.error ?? `unexpected response (${status}), expected one of Prometheus`);
  }
  return result.data.result;
}
