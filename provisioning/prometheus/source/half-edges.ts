import { RECORDED } from '@musubi/contract/recorded-series';
import { EDGE } from './labels.ts';
import { promql, recorded } from './promql.ts';
import type { Rule } from './rule.ts';

/** Time for samples of all hosts to arrive. Until then, only one of the two half-edges of an edge may be there. */
export const SETTLE = '1m';

/** How late an exporter may push samples that it kept: `out_of_order_time_window` of prometheus.yml. */
const LATE = '30m';

const START = 'musubi:half_edge:start_time_seconds';
const OPENED = 'musubi:half_edge:connections_opened';
const FAILED = 'musubi:half_edge:connections_failed';
const LATE_LAST_SEEN = 'musubi:half_edge:late_last_seen_seconds';
const LAST_SEEN = 'musubi:half_edge:last_seen_seconds';
export const HALF_EDGE_LAST_SEEN = LAST_SEEN;
const NEW_LIFETIME = 'musubi:half_edge:new_lifetime';
const PREVIOUS_START = 'musubi:half_edge:previous_start_time_seconds';

const increaseOf = (sum: string) => `${sum}:increase`;
const initialOf = (sum: string) => `${sum}:initial`;

const start = recorded(START);

/** Increases of half-edges' counters since the previous evaluation, where above zero. */
export const openedIncrease = (matchers = '') => recorded(increaseOf(OPENED), matchers);
export const failedIncrease = (matchers = '') => recorded(increaseOf(FAILED), matchers);

/** The latter with matchers, as a bare selector for ranges. */
export const failedIncreaseOf = (matchers: string) => `${increaseOf(FAILED)}{${matchers}}`;

/** The current half-edges, each with the unix time of its last use. */
export const halfEdges = (matchers = '') => recorded(LAST_SEEN, matchers);

/** Which half-edges opened connections at this evaluation or the one before. */
export const recentlyOpened = (matchers: string) =>
  promql`last_over_time(${increaseOf(OPENED)}{${matchers}}[45s])`;

/** Seconds of skew below which a clock is right. */
const RIGHT = '30';
const clocks = recorded(RECORDED.exporterClockSkew);

/** Times by the clock of the store: those of hosts may be wrong, and everybody compares times with his own. */
const byStoreClock = (times: string) => promql`
  (${times} - on (job, instance) group_left () (${clocks} > ${RIGHT} or ${clocks} < -${RIGHT}))
  or
  ${times}`;

const REPORTED = `service_dependency_last_seen_seconds offset ${SETTLE}`;
/** Matches a value per half-edge with one per half-edge and error type. */
const BUT_ERROR = 'unless ignoring (error_type)';

/** The last sample of each series within the time in which it may arrive late. */
const lastSample = (metric: string) =>
  `last_over_time(service_dependency_${metric}[${LATE}] offset ${SETTLE})`;

/** The current value of a counter, in the edge's latest lifetime. */
const sumOfLastLifetime = (metric: string, unless: string, more: readonly string[]) => promql`
  max by (${[...EDGE, ...more]}) (
    ${lastSample(metric)}
    ${unless}
    ${recorded(PREVIOUS_START)}
  )`;

/**
 * The change of a series since its previous sample, even if evaluations were missed; nothing for a new series, and the
 * last change of one that has ended. A join with earlier samples would take most of a rule's time.
 */
const change = (series: string) => `idelta(${series}[1h])`;

/** The counters whose whole value is new. */
const initial = (sum: string, unless: string) => promql`
  (
    ${recorded(sum)}
    unless
    (${change(sum)} ${unless} ${recorded(NEW_LIFETIME)})
  ) > 0
  ${unless} (${recorded(NEW_LIFETIME)} == 0)`;

const increase = (sum: string, unless: string) => promql`
  (
    ((${change(sum)} > 0) and ${recorded(sum)})
    ${unless}
    ${recorded(NEW_LIFETIME)}
  )
  or
  ${recorded(initialOf(sum))}`;

export const HALF_EDGE_RULES: readonly Rule[] = [
  {
    comment: `Start of the lifetime that an edge's counters belong to: an edge that expired and came back counts from zero. An
exporter that could not push sends its samples later, and edges may have come and gone meanwhile: hence ${LATE}.`,
    record: START,
    expr: promql`max by (${EDGE}) (${lastSample('start_time_seconds')})`,
  },
  {
    comment: `Lifetimes that are new since the previous evaluation, even if evaluations were missed. 1: started within the hour
before its last use, both by the clock of its host. 0: existed before these rules were loaded, and counts from now on.`,
    record: NEW_LIFETIME,
    expr: promql`
      max by (${EDGE}) (${lastSample('last_seen_seconds')})
      - (
        ${start}
        unless
        (${change(START)} == 0)
      ) <= bool 3600`,
  },
  {
    comment: 'Series of earlier lifetimes: if an edge had another "instance" then, both series are present.',
    record: PREVIOUS_START,
    expr: promql`
      ${lastSample('start_time_seconds')}
      < on (${EDGE}) group_left ()
      ${start}`,
  },
  {
    comment: 'Connections opened in the lifetime.',
    record: OPENED,
    expr: sumOfLastLifetime('connection_opened_total', 'unless', []),
  },
  {
    record: FAILED,
    expr: sumOfLastLifetime('connection_failed_total', BUT_ERROR, ['error_type']),
  },
  {
    comment: `Those counted entirely since the previous evaluation: in a new lifetime, or of an error type that is new in an
existing lifetime.`,
    record: initialOf(OPENED),
    expr: initial(OPENED, 'unless'),
  },
  {
    record: initialOf(FAILED),
    expr: initial(FAILED, BUT_ERROR),
  },
  {
    comment:
      'Connections since the previous evaluation: the change of the counter, or its whole value if it is new.',
    record: increaseOf(OPENED),
    expr: increase(OPENED, 'unless'),
  },
  {
    record: increaseOf(FAILED),
    expr: increase(FAILED, BUT_ERROR),
  },
  {
    comment:
      'Seconds by which the clock of each host is fast, compared with the time at which the store received its sample.',
    record: RECORDED.exporterClockSkew,
    expr: promql`
      max by (job, instance) (
        musubi_host_time_seconds offset ${SETTLE} - timestamp(musubi_host_time_seconds offset ${SETTLE})
      )`,
  },
  {
    comment: 'Half-edges that are not exported at present, but whose counters arrived late.',
    record: LATE_LAST_SEEN,
    expr: promql`
      max by (${EDGE}) (
        ${byStoreClock(promql`(${lastSample('last_seen_seconds')} unless ${REPORTED})`)}
      )
      and
      (${openedIncrease()} or sum without (error_type) (${failedIncrease()}))`,
  },
  {
    comment: 'All current half-edges: the exported ones and those.',
    record: LAST_SEEN,
    expr: promql`
      max by (${EDGE}) (${byStoreClock(REPORTED)})
      or
      ${recorded(LATE_LAST_SEEN)}`,
  },
];
