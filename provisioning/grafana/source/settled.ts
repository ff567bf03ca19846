/*
 * The recording rules evaluate the time a minute before: what happened in a range is recorded in the samples from a
 * minute after its start on, until a minute after it. Of a range until now, the last minute is not recorded yet.
 */

/**
 * The samples that record a range, such as `$__range`. One millisecond more than a minute: Prometheus 2 includes the
 * sample at the start of a range, which belongs to the range before.
 */
export const recordedIn = (series: string, range: string): string => `${series}[${range}] offset -60001ms`;

/** The sample that records the end of a range. */
export const recordedAt = (series: string): string => `${series} offset -1m`;
