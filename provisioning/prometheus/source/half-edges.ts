import { EDGE_ATTRIBUTES } from '../../../exporter/src/metrics/catalogue.ts';
import { prometheusLabel } from '../../../exporter/src/metrics/prometheus-name.ts';
import { promql, recorded } from './promql.ts';
import type { Rule } from './rule.ts';

/** All labels of a half-edge. */
export const EDGE = EDGE_ATTRIBUTES.map(prometheusLabel);

/** How long what a host reports may be under way. Beyond, one of the two ends of an edge may be known alone. */
export const SETTLE = '1m';

/** How late what an exporter could not push may come: the `out_of_order_time_window` of prometheus.yml. */
const LATE = '30m';

const START = 'musubi:half_edge:start_time_seconds';
const OPENED = 'musubi:half_edge:connections_opened';
const FAILED = 'musubi:half_edge:connections_failed';
const LAST_SEEN = 'musubi:half_edge:last_seen_seconds';

const start = recorded(START);

/** What half-edges counted since the evaluation before, where it is more than nothing. */
export const openedDelta = recorded(`${OPENED}:delta`);
export const failedDelta = recorded(`${FAILED}:delta`);

/** The half-edges that are told now, each with the unix time of its last use. */
export const halfEdges = (matchers = '') => recorded(LAST_SEEN, matchers);

/** A sum as it stands: that of the spell which is the edge's last. */
function sumOfLastSpell(metric: string, more: readonly string[]): string {
  return promql`
    max by (${[...EDGE, ...more]}) (
      last_over_time(${metric}[${LATE}] offset ${SETTLE})
      and ignoring (${more})
      (
        last_over_time(service_dependency_start_time_seconds[${LATE}] offset ${SETTLE})
        == on (${EDGE}) group_left ()
        ${start}
      )
    )`;
}

/** What was counted since the evaluation before. */
function sinceBefore(sum: string, more: readonly string[]): string {
  const before = (series: string) => `last_over_time(${series}[1h] offset 1s)`;
  return promql`
    (
      (
        ${recorded(sum)}
        - (
          ${before(sum)}
          and ignoring (${more})
          (${start} == ${before(START)})
        )
      )
      or
      ${recorded(sum)}
    ) > 0
    and ignoring (${more})
    (
      ${start} >= ${before(START)}
      or
      ${start} > time() - 3600
    )`;
}

export const HALF_EDGE_RULES: readonly Rule[] = [
  {
    why: `Which spell of an edge its sums belong to: one that was forgotten and came back counts from zero. An exporter
that could not push sends later what it kept, and meanwhile an edge may have come and gone: hence ${LATE}.`,
    record: START,
    expr: promql`
      max by (${EDGE}) (
        last_over_time(service_dependency_start_time_seconds[${LATE}] offset ${SETTLE})
      )`,
  },
  {
    why: `Connections opened in that spell. Where the edge came under another "instance" before, both are there, and
only one is of this spell.`,
    record: OPENED,
    expr: sumOfLastSpell('service_dependency_connection_opened_total', []),
  },
  {
    record: FAILED,
    expr: sumOfLastSpell('service_dependency_connection_failed_total', ['error_type']),
  },
  {
    why: `What was counted since the evaluation before, also where some were missed: the sum less that of then, if that
is of the same spell, else all of it. A spell of more than 1 h of which nothing is known was there before these
rules, and counts from now on.`,
    record: `${OPENED}:delta`,
    expr: sinceBefore(OPENED, []),
  },
  {
    why: 'A reason for failures that is new in an old spell counts from zero.',
    record: `${FAILED}:delta`,
    expr: sinceBefore(FAILED, ['error_type']),
  },
  {
    why: 'The half-edges that are told now: those reported, and those of which something is heard only now.',
    record: LAST_SEEN,
    expr: promql`
      max by (${EDGE}) (service_dependency_last_seen_seconds offset ${SETTLE})
      or
      (
        max by (${EDGE}) (last_over_time(service_dependency_last_seen_seconds[${LATE}] offset ${SETTLE}))
        and
        (${openedDelta} or sum without (error_type) (${failedDelta}))
      )`,
  },
];
