import {
  type DataFrame,
  type DataQueryError,
  type DataQueryRequest,
  type DataQueryResponse,
  dateTime,
  LoadingState,
  rangeUtil,
  toDataFrame,
} from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { catchError, defer, first, forkJoin, from, map, type Observable, of, switchMap } from 'rxjs';
import type { TimeRange } from '../../graph/compare/previous-range.ts';

type Target = DataQueryRequest['targets'][number];

/** Queries that the panel runs in addition to its own. */
export interface ExtraQueries {
  /** The panel's own request, with variables and time zone. */
  readonly request: DataQueryRequest;
  readonly targets: readonly Target[];
  readonly range: TimeRange;
}

/** The results; a failed query does not affect the others. */
export interface QueryResult {
  readonly series: readonly DataFrame[];
  readonly errors: readonly DataQueryError[];
}

let requests = 0;

/** Queries the data sources of the targets, each once. Emits one result and never fails; unsubscribing cancels it. */
export function runQueries({ request, targets, range }: ExtraQueries): Observable<QueryResult> {
  const bySource = Map.groupBy(targets, ({ datasource }) => datasource?.uid);
  return forkJoin([...bySource.values()].map((same) => querySource(requestFor(request, same, range)))).pipe(
    map((responses) => ({
      series: responses.flatMap(({ data }) => data.map((frame) => toDataFrame(frame))),
      errors: responses.flatMap(({ error, errors = error ? [error] : [] }) => errors),
    })),
  );
}

function querySource(request: DataQueryRequest): Observable<DataQueryResponse> {
  return defer(() => getDataSourceSrv().get(request.targets[0]?.datasource, request.scopedVars)).pipe(
    switchMap((source) => from(source.query(request))),
    // Some respond in parts, of which the last is complete; of a stream the first response is used.
    first(({ state }) => state !== LoadingState.Loading),
    catchError((error: DataQueryError) =>
      of({
        data: [],
        errors: request.targets.map(({ refId }) => ({
          ...error,
          message: error.message ?? String(error),
          refId,
        })),
      }),
    ),
  );
}

/** The request for another time range of the dashboard. */
function requestFor(
  request: DataQueryRequest,
  targets: readonly Target[],
  span: TimeRange,
): DataQueryRequest {
  const [start, end] = [dateTime(span.from), dateTime(span.to)];
  const raw = { from: start, to: end };
  const range = { ...raw, raw };
  const variable = (value: number) => ({ text: String(value), value: String(value) });
  return {
    ...request,
    ...rangeUtil.calculateInterval(range, request.maxDataPoints ?? 1000),
    requestId: `${request.requestId}-musubi-${++requests}`,
    targets: [...targets],
    range,
    rangeRaw: raw,
    startTime: Date.now(),
    // Grafana's own variables are those of the dashboard, whatever the range of a request.
    scopedVars: { ...request.scopedVars, __from: variable(span.from), __to: variable(span.to) },
  };
}
