import { EDGE } from '../../prometheus/source/labels.ts';
import { promql, withCopies } from '../../prometheus/source/promql.ts';

/*
 * Prometheus may receive one exporter several times: by two scrape jobs, or by pull and push. Then only the labels of the
 * target differ. As in the recording rules, these identify nothing here: equal series count once.
 */

/** Values of half-edges, once for each half-edge; `more` are labels of the metric in addition to those. */
export const oncePerHalfEdge = (expr: string, more: readonly string[] = []): string =>
  promql`max by (${[...EDGE, ...more]}) (${expr})`;

/** The host of each exporter, in the label `host`. */
const hostOfTarget = (info: string): string =>
  withCopies(promql`topk by (job, instance) (1, max by (job, instance, host_name) (${info}))`, {
    host: 'host_name',
  });

/** Values of exporters' own metrics, once for each host; `more` are labels of the metric. */
export const oncePerHost = (
  expr: string,
  more: readonly string[] = [],
  info = 'target_info{host_name=~"$host"}',
): string => promql`
  max by (${['host', ...more]}) (
    ${expr}
    * on (job, instance) group_left (host)
    ${hostOfTarget(info)}
  )`;

/** The same for scrape targets, which are identified by their address as long as they have not answered. */
export const oncePerTarget = (expr: string): string => {
  const info = (hosts: string) => `last_over_time(target_info{host_name${hosts}}[$__range])`;
  return promql`
    max by (host) (
      ${oncePerHost(expr, [], info('=~"$host"'))}
      or
      ${withCopies(`(${expr} unless on (job, instance) ${info('!=""')})`, { host: 'instance' })}
    )`;
};
