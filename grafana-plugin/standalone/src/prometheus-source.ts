import {
  type DataFrame,
  type DataQueryError,
  type DataQueryRequest,
  type DataQueryResponse,
  DataSourceApi,
  type DataSourceInstanceSettings,
  LoadingState,
} from '@grafana/data';
import { Observable } from 'rxjs';
import { interpolate, type QueryRange } from './interpolate.ts';
import { type InstantSample, toTableFrame } from './table-frame.ts';

/** A Prometheus query of a dashboard panel. */
export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly hide?: boolean;
}

/** The Prometheus behind this page, as a data source of Grafana. */
export class PrometheusSource extends DataSourceApi {
  constructor() {
    const settings = { id: 1, uid: 'prometheus', type: 'prometheus', name: 'Prometheus', jsonData: {} };
    super({ ...settings, meta: {}, readOnly: true, access: 'proxy' } as DataSourceInstanceSettings);
  }

  /** Runs each query on its own: one error spoils no other. Who unsubscribes cancels them. */
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
  const asked = (targets as Target[]).filter((target) => !target.hide);
  const data: DataFrame[] = [];
  const errors: DataQueryError[] = [];
  await Promise.all(
    asked.map(async ({ refId, expr }, index) => {
      try {
        const samples = await queryInstant(interpolate(expr, span, scopedVars), span, signal);
        data[index] = toTableFrame(refId, asked.length > 1 ? `Value #${refId}` : 'Value', samples);
      } catch (error) {
        if (signal.aborted) throw error;
        errors.push({ refId, message: error instanceof Error ? error.message : String(error) });
      }
    }),
  );
  const state = errors.length > 0 ? LoadingState.Error : LoadingState.Done;
  // Failed queries leave holes.
  return { data: data.filter(Boolean), errors, state };
}

/** Asks at the end of the range, as Grafana's Prometheus data source does. */
export async function queryInstant(
  query: string,
  { to }: QueryRange,
  signal: AbortSignal,
): Promise<InstantSample[]> {
  const body = new URLSearchParams({ query, time: String(to / 1000) });
  const response = await fetch('/api/v1/query', { method: 'POST', body, signal });
  const answer = await response.json().catch(() => undefined);
  if (!response.ok || answer?.status !== 'success') {
    const status = `${response.status} ${response.statusText}`;
    throw new Error(answer?.error ?? `the answer (${status}) is not one of Prometheus`);
  }
  return answer.data.result;
}
