import type { TimeRange } from '../config/range-options.ts';
import type { Prometheus } from '../prometheus/client.ts';
import { HOURS, SERVICE_EDGES } from './read.ts';

/** Longer than stores keep; some refuse more. */
const LONGEST = '2y';
/** The last hour is recorded an hour late at most, as is the first. */
const TWO_HOURS = 7200;

/**
 * The first and the last known use of any dependency, in unix seconds; undefined when there was none in two years.
 * The hours, one series, tell where to look for both.
 */
export async function readHistory(prometheus: Prometheus, now: number): Promise<TimeRange | undefined> {
  const one = async (expression: string, time: number) =>
    (await prometheus.query(expression, time))[0]?.value;
  const [firstHour, lastHour] = await Promise.all([
    one(`min_over_time(${HOURS}[${LONGEST}])`, now),
    one(`max_over_time(${HOURS}[${LONGEST}])`, now),
  ]);
  const near = `${SERVICE_EDGES}[${TWO_HOURS}s]`;
  const [from, to] = await Promise.all([
    one(`min(min_over_time(${near}))`, firstHour ?? now),
    one(`max(max_over_time(${near}))`, Math.min(now, (lastHour ?? now) + TWO_HOURS)),
  ]);
  return from === undefined || to === undefined ? undefined : { from, to };
}
