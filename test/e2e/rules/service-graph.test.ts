/** Musubi's edges under the metric names of Grafana's service graph. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inbound, listens, outbound } from '../../fixtures/rule-series.ts';
import { ROOT } from '../../harness/places.ts';
import { testRules } from '../../harness/promtool.ts';
import { at, PROMTOOLS, processOn, RULES } from './edge-rules.ts';

const SERVICE_GRAPH = join(ROOT, 'provisioning/prometheus/optional/musubi-service-graph.yaml');
const WEB = processOn('a', '10.0.0.1', 'web', '10');
const DB = processOn('b', '10.0.0.2', 'db', '20');
const EDGE = { client: 'web', server: 'db' };

test('the counters of the service graph increase by each connection, start at zero and never decrease', async () => {
  const reported = {
    opened: '3+1x60',
    lastSeen: '0+30x60',
    failed: { refused: '0x10 2x60', cancelled: '0x10 5x60' },
  };
  const inputs = [
    ...outbound(WEB, at(DB), '5432', reported),
    ...inbound(at(WEB), DB, '5432', { opened: '3+1x60', lastSeen: '0+30x60' }),
    ...listens(DB, '5432'),
    // From traces, which must not be added to these.
    {
      series: { __name__: 'traces_service_graph_request_total', ...EDGE, connection_type: 'database' },
      values: '1000+10x100',
    },
  ];
  const ours = (series: string) => `${series}{source="musubi"}`;
  const total = ours('traces_service_graph_request_total');
  const failed = ours('traces_service_graph_request_failed_total');
  const expects = (time: string, expr: string, value: number) => ({
    at: time,
    expr: `sum by (client, server) (${expr})`,
    rows: [[EDGE, value] as const],
  });
  const expectations = [
    expects('1m30s', total, 0),
    expects('2m', total, 3),
    // Reported 2 m before: 3 and then 20 opened, and 2 refused.
    expects('12m', total, 25),
    expects('12m', failed, 2),
    expects('20m', `resets(${total}[20m])`, 0),
    // The last sample is the 63rd, and the whole increase is included.
    expects('45m', `max_over_time(${total}[45m]) - min_over_time(${total}[45m])`, 65),
    { at: '50m', expr: total, rows: [] },
  ];
  for (const promtool of PROMTOOLS)
    expect(await testRules(promtool, [RULES, SERVICE_GRAPH], inputs, expectations)).toBe('');
});
