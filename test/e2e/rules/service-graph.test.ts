/** Musubi's edges under the names of Grafana's service graph. */
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

test('they grow by each connection, from zero on, and only ever grow', async () => {
  const told = {
    opened: '3+1x60',
    lastSeen: '0+30x60',
    failed: { refused: '0x10 2x60', cancelled: '0x10 5x60' },
  };
  const inputs = [
    ...outbound(WEB, at(DB), '5432', told),
    ...inbound(at(WEB), DB, '5432', { opened: '3+1x60', lastSeen: '0+30x60' }),
    ...listens(DB, '5432'),
    // Of traces, which are not to be added up with these.
    {
      series: { __name__: 'traces_service_graph_request_total', ...EDGE, connection_type: 'database' },
      values: '1000+10x100',
    },
  ];
  const ours = (series: string) => `${series}{source="musubi"}`;
  const total = ours('traces_service_graph_request_total');
  const failed = ours('traces_service_graph_request_failed_total');
  const gives = (time: string, expr: string, value: number) => ({
    at: time,
    expr: `sum by (client, server) (${expr})`,
    rows: [[EDGE, value] as const],
  });
  const expectations = [
    gives('1m30s', total, 0),
    gives('2m', total, 3),
    // What was told 2 m before: 3 and then 20 opened, and 2 refused.
    gives('12m', total, 25),
    gives('12m', failed, 2),
    gives('20m', `resets(${total}[20m])`, 0),
    // The last told is the 63rd, and nothing of an increase is lost.
    gives('45m', `max_over_time(${total}[45m]) - min_over_time(${total}[45m])`, 65),
    { at: '50m', expr: total, rows: [] },
  ];
  for (const promtool of PROMTOOLS)
    expect(await testRules(promtool, [RULES, SERVICE_GRAPH], inputs, expectations)).toBe('');
});
