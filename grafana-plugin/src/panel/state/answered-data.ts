import type { InterpolateFunction, LoadingState, PanelData } from '@grafana/data';
import { measureOf } from '../../graph/tables/table-measure.ts';
import { roleOf } from '../../graph/tables/table-role.ts';
import { toTable } from '../query/read-frames.ts';

/** Data of the panel, and what was queried. */
export interface Answer {
  readonly data: PanelData;
  /** The queries and the time range as the user chose them: the same at each refresh. */
  readonly question: string;
}

/**
 * The data to draw: the latest, or that of the last refresh with the same question if every query for what was observed
 * failed since. An outage of the data source must not remove the graph from the screen.
 */
export function answerToDraw(kept: Answer | undefined, latest: Answer): Answer {
  const { error, errors, state } = latest.data;
  // After a failure Grafana loads without the earlier data.
  const isAnswered = error === undefined && (errors?.length ?? 0) === 0 && state !== LOADING;
  const isKept = kept?.question === latest.question && !isAnswered && !hasObservations(latest.data);
  return isKept ? kept : latest;
}

/** Compared as text: this file then needs types only, which keeps its tests fast. */
const LOADING: string = 'Loading' satisfies `${LoadingState}`;

/** Whether a query returned dependencies, and not only listeners, expectations or alerts. */
const hasObservations = ({ series }: PanelData): boolean =>
  series.some((frame) => {
    const table = toTable(frame);
    return frame.length > 0 && roleOf(table) === 'seen' && measureOf(table) !== 'listen';
  });

/** Grafana's own variables, such as `$__from`, whose values differ at each refresh. */
const BUILT_IN = /\$(\{?)__/g;

/** What is queried, with the values of the dashboard's variables. */
export function questionOf({ request, timeRange }: PanelData, replace: InterpolateFunction): string {
  return replace(JSON.stringify([timeRange.raw, request?.targets]).replace(BUILT_IN, '$1__'));
}
