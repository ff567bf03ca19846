/** A server for the whole internet: 50,000 clients, each with an address of its own. */
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { CANNOT_CAPTURE } from '../harness/captures.ts';
import { startExporter } from '../harness/exporter.ts';
import { createNetwork } from '../harness/network.ts';
import { parseSeries } from '../harness/text-page.ts';
import { runWorkload, startServer } from '../harness/workload.ts';

const CLIENTS = 50_000;
const PORT = 8090;
/** Assigned to no other host here; routed to one host that has them all. */
const PUBLIC = { range: '52.7.0.0/16', first: '52.7.0.1' };

it.skipIf(CANNOT_CAPTURE)(
  'a public server has one edge from the internet, few series, and exact counts',
  async () => {
    const network = createNetwork();
    const [host, clients] = [network.host('front'), network.host('world')];
    const route = (on: typeof host, ...args: readonly string[]) =>
      execFileSync('nsenter', [`--net=${on.namespace}`, 'ip', 'route', 'add', ...args]);
    route(clients, 'local', PUBLIC.range, 'dev', 'lo');
    route(host, PUBLIC.range, 'via', clients.address);

    const exporter = await startExporter(host);
    const server = await startServer(['request=1', 'answer=1', `${host.address}/${PORT}`], { on: host });
    const target = [
      `target=${host.address}/${PORT}`,
      `count=${CLIENTS}`,
      'batch=100',

      'reset=1',
    ];
    await runWorkload('client', [...target, `from=${PUBLIC.first}`, `sources=${CLIENTS}`], { on: clients });
    expect((await server.counts()).get(PORT)).toMatchObject({ accepted: CLIENTS });
    await exporter.cycle();

    const page = await exporter.metrics();
    const opened = parseSeries(page, 'service_dependency_connection_opened_total').filter(
      ({ labels }) => labels.dst_service === 'server' && labels.direction === 'inbound',
    );
    expect(opened.map(({ labels }) => [labels.src_service, labels.src_kind])).toEqual([
      ['internet', 'internet'],
    ]);
    const reported = opened[0]?.value ?? 0;
    const folded = parseSeries(page, 'musubi_connections_folded_total');
    expect(folded.find(({ labels }) => labels.reason === 'internet')?.value).toBe(reported);
    // Concurrent tests may fill the table in the kernel: connections without a slot are in `other`.
    const displaced = parseSeries(page, 'musubi_capture_connections_folded_total')[0]?.value ?? Number.NaN;
    if (displaced === 0) expect(reported).toBe(CLIENTS);
    expect(reported + displaced).toBeGreaterThanOrEqual(CLIENTS);
    expect(reported).toBeLessThanOrEqual(CLIENTS);
    expect(page.split('\n').filter((line) => line.includes('dst_service="server"')).length).toBeLessThan(300);
  },
  120_000,
);
