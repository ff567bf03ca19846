import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { type GraphPage, openGraphPage } from '../harness/browser.ts';
import { onFileEnd } from '../harness/cleanup.ts';
import { startCollector } from '../harness/collector.ts';
import { withoutRules } from '../harness/dashboard-queries.ts';
import { EXPORTER_PORT, startExporter } from '../harness/exporter.ts';
import { createNetwork } from '../harness/network.ts';
import { MUSUBI, NODE, ROOT } from '../harness/places.ts';
import { type Prometheus, startPrometheus } from '../harness/prometheus.ts';
import { waitFor } from '../harness/wait-for.ts';

/** What the kernel accepts as the name of a process: markup, a quote, a newline, a byte that is not UTF-8, a backslash. */
const BYTES = Buffer.concat([Buffer.from('<b>"\n'), Buffer.from([0xff]), Buffer.from('\\')]);
/** The same name as text. */
const NAME = '<b>"\n\\xff\\';
const PORT = 8090;

const network = createNetwork();
const host = network.host('host');
let prometheus: Prometheus;
let page: GraphPage;

beforeAll(async () => {
  prometheus = await startPrometheus([{ address: `${host.address}:${EXPORTER_PORT}`, instance: host.name }]);
  page = await openGraphPage(prometheus.url, withoutRules);
});

/** Starts a shell with that name which holds a connection. */
function startHostile(): void {
  const folder = mkdtempSync(join(tmpdir(), 'musubi-hostile-'));
  onFileEnd(() => rmSync(folder, { recursive: true }));
  symlinkSync('/bin/bash', Buffer.concat([Buffer.from(`${folder}/`), BYTES]));
  // The glob matches the name, which no argument of a Node.js program can contain.
  const connect = `exec 3<>/dev/tcp/127.0.0.1/${PORT}; read -r <&3`;
  host.start(['/bin/bash', '-c', 'exec ./* -c "$0"', connect], { cwd: folder, onCleanup: onFileEnd });
}

it('a process name of any bytes is the same text in every output and breaks none', async (context) => {
  const written = await startPrometheus([]);
  const collector = await startCollector(written.url, network.address);
  const api = host.start([NODE, `${ROOT}/test/workloads/api.mjs`, '127.0.0.1', `${PORT}`], {
    onCleanup: onFileEnd,
  });
  await api.waitForOutput('listening');
  startHostile();
  const labels = { dst_port: `${PORT}`, direction: 'outbound' };
  const query = `service_dependency_active_connections{dst_port="${PORT}",direction="outbound"}`;
  const named = expect.objectContaining({ ...labels, src_service: NAME, src_process: NAME });

  await startExporter(host, []);
  const [scraped] = await waitFor(async () => {
    const series = await prometheus.query(query);
    return series.length > 0 ? series : undefined;
  }, 'the edge by a scrape');
  expect(scraped?.metric).toEqual(named);

  await page.open({ from: 'now-5m', to: 'now' });
  const edges = (await page.edges()).filter(({ port }) => port === `${PORT}`);
  expect(edges).toMatchObject([{ source: NAME, sourceProcess: NAME, destination: 'api' }]);

  const snapshot = (flags: string[]) =>
    host.start([NODE, MUSUBI, 'snapshot', '--netns', 'self', '--duration', '100ms', ...flags]);
  const json = snapshot(['--json']);
  expect(await json.exited).toBe(0);
  expect(JSON.parse(json.stdout())).toContainEqual(
    expect.objectContaining({ direction: 'outbound', 'dst.port': PORT, 'src.service': NAME }),
  );
  const text = snapshot([]);
  expect(await text.exited).toBe(0);
  // On a terminal the newline is escaped.
  expect(text.stdout()).toContain('<b>"\\n\\xff\\');

  if ('missing' in collector) return context.skip(collector.missing);
  host.start([NODE, MUSUBI, 'agent', '--netns', 'self', '--interval', '100ms', '--host-name', host.name], {
    env: {
      ...process.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpc,
      OTEL_METRIC_EXPORT_INTERVAL: '200',
    },
  });
  const [pushed] = await waitFor(async () => {
    const series = await written.query(query);
    return series.length > 0 ? series : undefined;
  }, 'the edge by OTLP');
  expect(pushed?.metric).toEqual(named);
});
