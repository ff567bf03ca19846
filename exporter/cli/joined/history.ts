import { RECORDED } from '@musubi/contract/recorded-series';
import type { TimeRange } from '../config/range-options.ts';
import type { Prometheus } from '../prometheus/client.ts';

/** Longer than the usual retention; some stores reject longer ranges. */
const LONGEST = '2y';
/** The first and the last hour are recorded at most an hour late. */
const TWO_HOURS = 7200;

/**
 * The first and the last use of any dependency, in unix seconds; undefined if there was none in two years. The series
 * of recorded hours shows where to search for both.
 */
export async function readHistory(prometheus: Prometheus, now: number): Promise<TimeRange | undefined> {
  const one = async (expression: string, time: number) =>
    (await prometheus.query(expression, time))[0]?.value;
  const [firstHour, lastHour] = await Promise.all([
    one(`min_over_time(${RECORDED.hourlyTimestamp}[${LONGEST}])`, now),
    one(`max_over_time(${RECORDED.hourlyTimestamp}[${LONGEST}])`, now),
  ]);
  const near = `${RECORDED.serviceEdgeLastSeen}[${TWO_HOURS}s]`;
  const [from, to] = await Promise.all([
    one(`min(min_over_time(${near}))`, firstHour ?? now),
    one(`max(max_over_time(${near}))`, Math.min(now, (lastHour ?? now) + TWO_HOURS)),
  ]);
  return from === undefined || to === undefined ? undefined : { from, to };
}
