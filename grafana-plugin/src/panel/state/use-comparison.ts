import type { PanelData } from '@grafana/data';
import { t } from '@grafana/i18n';
import { useMemo } from 'react';
import { previousRange, type TimeRange } from '../../graph/compare/previous-range.ts';
import { recordedRange } from '../../graph/compare/recorded-range.ts';
import type { Table } from '../../graph/tables/table.ts';
import { roleOf } from '../../graph/tables/table-role.ts';
import { readFrames } from '../query/read-frames.ts';
import type { ExtraQueries } from '../query/run-queries.ts';
import { useAnswered } from '../query/use-answered.ts';
import { useQueryResult } from '../query/use-query-result.ts';
import { errorText } from '../texts/error-texts.ts';
import { UNESCAPED } from '../texts/unescaped.ts';

/** The results of the panel's queries for another range. */
export interface Comparison {
  /** The part of the panel's range that is recorded. */
  readonly now: TimeRange;
  /** Whether the range ends earlier than the user chose. */
  readonly isCut: boolean;
  /** Undefined if nothing is compared, or the choice is not a range. */
  readonly other: TimeRange | undefined;
  /** Undefined until the results arrive. */
  readonly tables: readonly Table[] | undefined;
  /** Why the comparison failed or lacks values. */
  readonly notes: readonly string[];
  readonly busy: boolean;
}

/** Runs the panel's own queries for another range, whenever the panel itself has been refreshed. */
export function useComparison(data: PanelData, choice: string): Comparison {
  const { request, series, timeRange } = useAnswered(data);
  const [from, to] = [timeRange.from.valueOf(), timeRange.to.valueOf()];
  const now = useMemo(() => {
    const settled = series.filter(({ refId = '' }) => roleOf({ refId, columns: [] }) === 'settled');
    return recordedRange({ from, to }, readFrames({ series: settled }));
  }, [series, from, to]);
  const other = useMemo(() => (choice === 'off' ? undefined : previousRange(choice, now)), [choice, now]);
  const extra = useMemo((): ExtraQueries | undefined => {
    // Expected dependencies and alerts are those of the current range only.
    const targets = request?.targets.filter(
      ({ refId, hide }) => !hide && roleOf({ refId, columns: [] }) === 'seen',
    );
    return request && other && targets?.length ? { request, targets, range: other } : undefined;
  }, [request, other]);
  const { result, busy } = useQueryResult(extra, choice);
  const tables = useMemo(
    () =>
      result &&
      extra &&
      readFrames({
        series: [...result.series],
        request: { ...extra.request, targets: [...extra.targets] },
        errors: [...result.errors],
      }),
    [result, extra],
  );
  const notes = useMemo(
    () => notesOf(choice, { request, other, errors: [...(result?.errors ?? [])] }),
    [choice, request, other, result],
  );
  return { now, isCut: now.to < to, other, tables, notes, busy };
}

function notesOf(
  choice: string,
  { request, other, errors }: Pick<PanelData, 'request' | 'errors'> & { other: TimeRange | undefined },
): string[] {
  if (choice === 'off') return [];
  if (!other)
    return [
      t(
        'compare.no-range',
        'Invalid comparison "{{choice}}": expected an offset such as 1d, or a range FROM/TO.',
        {
          choice,
          ...UNESCAPED,
        },
      ),
    ];
  if (!request)
    return [
      t('compare.no-request', 'Stored data, such as a snapshot, cannot be compared with another time range.'),
    ];
  const failed = errorText({ errors });
  return failed === ''
    ? []
    : [`${t('compare.failed', 'Some values of the compared range are missing:')} ${failed}`];
}
