import { HARMFUL } from '@musubi/contract/failing';
import { RECORDED } from '@musubi/contract/recorded-series';
import { promql, recorded, withCopies } from './promql.ts';
import { GENERATED, type Rule, rulesFile } from './rule.ts';

const COUNTED = 'musubi:service_graph:requests';
const OF_MUSUBI = { source: 'musubi' };

function byPair(aggregation: string, rows: string): string {
  return promql`
    ${aggregation} by (client, server) (
      ${withCopies(rows, { client: 'src_service', server: 'dst_service' })}
    )`;
}

/** Connections of 30 s, a minute later: by then the edge has been recorded. */
function counted(outcome: string, increases: string): Rule {
  return {
    record: COUNTED,
    labels: { outcome },
    expr: byPair('sum', promql`sum_over_time(${increases}[29999ms] offset 1m)`),
  };
}

/** A counter that exists as long as its edge is recorded. */
function counter(series: string, outcomes: string): Rule {
  return {
    record: series,
    labels: OF_MUSUBI,
    expr: promql`
      sum by (client, server) (
        last_over_time(${series}{source="musubi"}[5m] offset 1s)
        or
        ${recorded(COUNTED, `outcome=~"${outcomes}"`)}
      )
      and on (client, server)
      ${recorded(COUNTED, 'outcome="none"')}`,
  };
}

const RULES: readonly Rule[] = [
  {
    comment: `The edges of the last minutes, with a count of zero: a counter must exist before it increases, as rate() ignores the
first value of a series.`,
    record: COUNTED,
    labels: { outcome: 'none' },
    expr: promql`${byPair('group', `last_over_time(${RECORDED.serviceEdgeLastSeen}[2m])`)} * 0`,
  },
  counted('opened', RECORDED.connectionsOpened),
  counted('failed', `${RECORDED.connectionsFailed}{${HARMFUL}}`),
  { ...counter('traces_service_graph_request_total', 'none|opened|failed'), comment: 'Connection attempts.' },
  {
    ...counter('traces_service_graph_request_failed_total', 'none|failed'),
    comment: 'Failed connection attempts, except those that the client cancelled or made elsewhere as well.',
  },
];

/** The text of `optional/musubi-service-graph.yaml`. */
export const serviceGraph = (): string =>
  rulesFile(
    `Records the edges of musubi-edges.yaml under the metric names that Grafana's service graph reads. Not loaded unless you
list it under rule_files: if Tempo or a collector's service graph connector writes the same names, Grafana draws both as
one graph. The label source="musubi" distinguishes them.

A "request" is a connection here. A client that keeps its connections open makes thousands of requests over one of
them, which count as one; while it opens none, the edge exists without a rate. There are no request durations
(traces_service_graph_request_server_seconds_*), and connection_type is always empty. Services of the same name at
several sites are merged.

For rates and graphs only: connections of missed evaluations are not counted. For exact counts query
${RECORDED.connectionsOpened}.

${GENERATED}`,
    [{ name: 'musubi-service-graph', interval: '30s', rules: RULES }],
  );
