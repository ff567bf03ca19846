/**
 * The hourly form of a recorded series: the maximum of a time, the sum of an increase, over an hour. The name ends in
 * the operation and its range, as Prometheus's naming convention for recording rules has it.
 */
export function hourlySeries(series: string): string {
  return series.endsWith(':increase') ? `${series}1h` : `${series}:max1h`;
}
