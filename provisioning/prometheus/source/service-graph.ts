import { RECORDED } from '@musubi/contract/recorded-series';
import { promql, recorded, withCopies } from './promql.ts';
import { type Rule, rulesFile } from './rule.ts';

const COUNTED = 'musubi:service_graph:requests';
const OF_MUSUBI = { source: 'musubi' };

function byPair(aggregation: string, rows: string): string {
  return promql`
    ${aggregation} by (client, server) (
      ${withCopies(rows, { client: 'src_service', server: 'dst_service' })}
    )`;
}

/** What was counted 1 m before, in 30 s: by then the edge has been told. */
function counted(outcome: string, deltas: string): Rule {
  return {
    record: COUNTED,
    labels: { outcome },
    expr: byPair('sum', promql`max without (observer) (sum_over_time(${deltas}[29999ms] offset 1m))`),
  };
}

/** A sum that grows by what was counted, for as long as its edge is told. */
function growing(series: string, outcomes: string): Rule {
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
    why: `The edges told in the last minutes, with nothing counted: each is told before it counts, as rates know nothing of
what a series begins with.`,
    record: COUNTED,
    labels: { outcome: 'none' },
    expr: promql`${byPair('group', `last_over_time(${RECORDED.serviceEdgeLastSeen}[2m])`)} * 0`,
  },
  counted('opened', RECORDED.connectionsOpened),
  counted('failed', `${RECORDED.connectionsFailed}{error_type!="cancelled"}`),
  { ...growing('traces_service_graph_request_total', 'none|opened|failed'), why: 'Connections asked for.' },
  {
    ...growing('traces_service_graph_request_failed_total', 'none|failed'),
    why: 'Of these, the ones that were never established, but for those that the client itself gave up.',
  },
];

/** The text of `optional/musubi-service-graph.yaml`. */
export const serviceGraph = (): string =>
  rulesFile(
    `Offers the edges of musubi-edges.yaml under the names by which Grafana's service graph asks for those of traces. Not
loaded unless you list it under rule_files: where Tempo or a collector's service graph connector writes these very
names too, that view draws both as one. The label source="musubi" tells them apart.

What they mean is another thing: a "request" here is a connection. A client that keeps its connections open makes
thousands of requests over one of them, and this tells one; while it opens none, the edge is there, without a rate.
There are no times of requests, since nothing here sees one (traces_service_graph_request_server_seconds_*), and
connection_type is always empty. Services of the same name at several sites are one.

For rates and pictures. An evaluation that is missed is missing from these sums; for counts ask for
${RECORDED.connectionsOpened}, which is exact.

Made from provisioning/prometheus/source; \`npx vitest run --project unit provisioning -u\` makes it anew.`,
    [{ name: 'musubi-service-graph', interval: '30s', rules: RULES }],
  );
