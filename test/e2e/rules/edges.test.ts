import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inbound, listens, outbound, type Process } from '../../fixtures/rule-series.ts';
import { ROOT } from '../../harness/places.ts';
import { DEBIAN_PROMTOOL, type Input, testRules } from '../../harness/promtool.ts';

const RULES = join(ROOT, 'provisioning/prometheus/rules/musubi-edges.yaml');

const onHost = (host: string, address: string, service: string, pid: string): Process => ({
  service,
  process: service,
  pid,
  host,
  address,
  kind: 'process',
});
const WEB = onHost('a', '10.0.0.1', 'web', '10');
const DB = onHost('b', '10.0.0.2', 'db', '20');

/** What the other end's exporter knows of it. */
const at = ({ address = '' }: Process): Process => ({ address });

/** What each edge is told as: `web 10 a -> db 20 b 10.0.0.2:5432 both`, with `-` for what is not known. */
async function expectEdges(inputs: Input[], time: string, edges: readonly string[]) {
  const shown = (text: string, label: string) => `label_replace(${text}, "${label}", "-", "${label}", "")`;
  const labels = ['src_service', 'src_pid', 'src_host', 'dst_service', 'dst_pid', 'dst_host'];
  const all = [...labels, 'dst_address', 'dst_port', 'observer'];
  const series = all.reduce(shown, 'musubi:edge:last_seen_seconds');
  await expectRows(
    inputs,
    time,
    `group by (edge) (label_join(${series}, "edge", " ", ${quoted(all)}))`,
    edges,
  );
}

/** The service edges in a range of an hour: `web db 5432 source`, with the connections opened. */
async function expectOpened(inputs: Input[], time: string, counts: Readonly<Record<string, number>>) {
  const labels = quoted(['src_service', 'dst_service', 'dst_port', 'observer']);
  const opened = 'sum_over_time(musubi:service_edge:connections_opened:delta[1h])';
  await expectRows(inputs, time, `sum by (edge) (label_join(${opened}, "edge", " ", ${labels}))`, counts);
}

const quoted = (labels: readonly string[]) => labels.map((label) => `"${label}"`).join(', ');

async function expectRows(
  inputs: Input[],
  at: string,
  expr: string,
  rows: readonly string[] | Readonly<Record<string, number>>,
) {
  const values = Array.isArray(rows) ? rows.map((row) => [row, 1] as const) : Object.entries(rows);
  const expectation = { at, expr, rows: values.map(([edge, value]) => [{ edge }, value] as const) };
  expect(await testRules(DEBIAN_PROMTOOL, [RULES], inputs, [expectation])).toBe('');
}

describe('an edge', () => {
  test('that both ends report is told once, with both ends', async () => {
    const inputs = [
      ...outbound(WEB, at(DB), '5432'),
      ...inbound(at(WEB), DB, '5432'),
      ...listens(DB, '5432'),
    ];
    await expectEdges(inputs, '10m', ['web 10 a db 20 b 10.0.0.2 5432 both']);
  });

  test('that the source alone reports leads to who listens there', async () => {
    const inputs = [...outbound(WEB, at(DB), '5432'), ...listens(DB, '5432')];
    await expectEdges(inputs, '10m', ['web 10 a db 20 b 10.0.0.2 5432 source']);
  });

  test('that the source alone reports leads to an address where nobody is known to listen', async () => {
    await expectEdges(outbound(WEB, at(DB), '5432'), '10m', ['web 10 a - - - 10.0.0.2 5432 source']);
  });

  test('that the destination alone reports comes from an address', async () => {
    await expectEdges(inbound(at(WEB), DB, '5432'), '10m', ['- - - db 20 b 10.0.0.2 5432 destination']);
  });
});

describe('connections opened', () => {
  test('once, for a ms, count one in each range that holds it', async () => {
    const once = { opened: '_x9 1x10 stale', start: '_x9 300x10 stale', lastSeen: '_x9 300x10 stale' };
    const inputs = [...outbound(WEB, at(DB), '5432', once), ...listens(DB, '5432')];
    await expectOpened(inputs, '20m', { 'web db 5432 source': 1 });
    await expectOpened(inputs, '65m', { 'web db 5432 source': 1 });
    await expectOpened(inputs, '80m', {});
  });
});
