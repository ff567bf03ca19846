import { EDGE_ATTRIBUTES } from '@musubi/contract/catalogue';
import { prometheusLabel } from '@musubi/contract/prometheus-name';
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
const HEARD_LATE = 'musubi:half_edge:late_last_seen_seconds';
const LAST_SEEN = 'musubi:half_edge:last_seen_seconds';

const start = recorded(START);

/** What half-edges counted since the evaluation before, where it is more than nothing. */
export const openedDelta = recorded(`${OPENED}:increase`);
export const failedDelta = recorded(`${FAILED}:increase`);

/** The half-edges that are told now, each with the unix time of its last use. */
export const halfEdges = (matchers = '') => recorded(LAST_SEEN, matchers);

const BEGUN = 'musubi:half_edge:new_lifetime';
const OVER = 'musubi:half_edge:previous_start_time_seconds';

const REPORTED = `service_dependency_last_seen_seconds offset ${SETTLE}`;
/** What is known by half-edge, taken from what is by reason as well. */
const BUT_ERROR = 'unless ignoring (error_type)';

/** Of each series that an exporter told within the time in which it may come late: the last sample. */
const told = (metric: string) => `last_over_time(service_dependency_${metric}[${LATE}] offset ${SETTLE})`;

/** A sum as it stands: that of the spell which is the edge's last. */
const sumOfLastSpell = (metric: string, unless: string, more: readonly string[]) => promql`
  max by (${[...EDGE, ...more]}) (
    ${told(metric)}
    ${unless}
    ${recorded(OVER)}
  )`;

/**
 * By how much a series changed since the evaluation before, also where some were missed; none for one that was not there
 * then, and the last change of one that is no more. A join with what was then would take most of a rule's time.
 */
const growth = (series: string) => `idelta(${series}[1h])`;

const freshOf = (sum: string) => `${sum}:initial`;

/** The sums that count whole. */
const fresh = (sum: string, unless: string) => promql`
  (
    ${recorded(sum)}
    unless
    (${growth(sum)} ${unless} ${recorded(BEGUN)})
  ) > 0
  ${unless} (${recorded(BEGUN)} == 0)`;

/** What was counted since the evaluation before. */
const sinceBefore = (sum: string, unless: string) => promql`
  (
    ((${growth(sum)} > 0) and ${recorded(sum)})
    ${unless}
    ${recorded(BEGUN)}
  )
  or
  ${recorded(freshOf(sum))}`;

export const HALF_EDGE_RULES: readonly Rule[] = [
  {
    why: `Which spell of an edge its sums belong to: one that was forgotten and came back counts from zero. An exporter
that could not push sends later what it kept, and meanwhile an edge may have come and gone: hence ${LATE}.`,
    record: START,
    expr: promql`max by (${EDGE}) (${told('start_time_seconds')})`,
  },
  {
    why: `Spells that the evaluation before did not know, also where some were missed: 1 if they began within the hour.
Others, 0, were there before these rules, and count from now on.`,
    record: BEGUN,
    expr: promql`
      time() - (
        ${start}
        unless
        (${growth(START)} == 0)
      ) <= bool 3600`,
  },
  {
    why: 'Series of spells before: where an edge came under another "instance" then, both are there.',
    record: OVER,
    expr: promql`
      ${told('start_time_seconds')}
      < on (${EDGE}) group_left ()
      ${start}`,
  },
  {
    why: 'Connections opened in the spell.',
    record: OPENED,
    expr: sumOfLastSpell('connection_opened_total', 'unless', []),
  },
  {
    record: FAILED,
    expr: sumOfLastSpell('connection_failed_total', BUT_ERROR, ['error_type']),
  },
  {
    why: `Of which all was counted since the evaluation before: in a new spell, or for a reason for failures that is new in
an old one.`,
    record: freshOf(OPENED),
    expr: fresh(OPENED, 'unless'),
  },
  {
    record: freshOf(FAILED),
    expr: fresh(FAILED, BUT_ERROR),
  },
  {
    why: 'What was counted since the evaluation before: the sum less that of then, or all of it.',
    record: `${OPENED}:increase`,
    expr: sinceBefore(OPENED, 'unless'),
  },
  {
    record: `${FAILED}:increase`,
    expr: sinceBefore(FAILED, BUT_ERROR),
  },
  {
    why: 'The half-edges that are not reported now, and of which something is heard all the same.',
    record: HEARD_LATE,
    expr: promql`
      max by (${EDGE}) (
        ${told('last_seen_seconds')}
        unless
        ${REPORTED}
      )
      and
      (${openedDelta} or sum without (error_type) (${failedDelta}))`,
  },
  {
    why: 'The half-edges that are told now: those that are reported, and these.',
    record: LAST_SEEN,
    expr: promql`
      max by (${EDGE}) (${REPORTED})
      or
      ${recorded(HEARD_LATE)}`,
  },
];
