import { beforeAll, expect, it } from 'vitest';
import { CANNOT_CAPTURE } from '../harness/captures.ts';
import { type ContainerOptions, type Docker, startDocker } from '../harness/docker.ts';
import { type Exporter, startExporter } from '../harness/exporter.ts';
import { createNetwork } from '../harness/network.ts';
import { NODE, ROOT } from '../harness/places.ts';
import { parseSeries } from '../harness/text-page.ts';
import { waitFor } from '../harness/wait-for.ts';
import { buildWorkload, startServer as startWorkloadServer } from '../harness/workload.ts';

const API = `${ROOT}/test/workloads/api.mjs`;
/** Connects, tells so, and holds the connection. */
const CLIENT = `
  const [host, port] = process.argv.slice(1);
  require('node:net').connect(port, host, () => console.log('connected')).resume();
`;
/** Markup, a quote, a newline, right to left, a backslash. */
const HOSTILE = '<b>"\n\u202egpj.exe\\';

const host = createNetwork().host('docker');
let docker: Docker | { missing: string };

beforeAll(async () => {
  docker = await startDocker(host, { subnet: '172.30.77.1/24' });
});

const ofService = (service: string) => ({
  'com.docker.compose.project': 'shop',
  'com.docker.compose.service': service,
});

/** Starts a container, waits for what it says, and gives its address. */
async function run(engine: Docker, text: string, options: ContainerOptions): Promise<string> {
  const address = await engine.run(options);
  await waitFor(
    async () => (await engine.logs(options.name)).includes(text) || undefined,
    async () => `${text} from ${options.name}: ${await engine.logs(options.name)}`,
  );
  return address;
}

function startServer(engine: Docker, port: number, options: Omit<ContainerOptions, 'command'>) {
  return run(engine, 'listening', { ...options, command: [NODE, API, '0.0.0.0', `${port}`] });
}

function startClient(engine: Docker, to: string, port: number, options: Omit<ContainerOptions, 'command'>) {
  return run(engine, 'connected', { ...options, command: [NODE, '-e', CLIENT, to, `${port}`] });
}

/** The labels of each half of the edges to a port, the ones asked for by name first. */
async function halves(exporter: Exporter, port: number) {
  await exporter.cycle();
  const series = parseSeries(await exporter.metrics(), 'service_dependency_active_connections');
  const labels = series.map((one) => one.labels).filter(({ dst_port }) => dst_port === `${port}`);
  return {
    outbound: labels.filter(({ direction }) => direction === 'outbound'),
    inbound: labels.filter(({ direction }) => direction === 'inbound'),
  };
}

function observe(engine: string): Promise<Exporter> {
  return startExporter(host, ['--netns', 'all', '--capture', 'sockdiag', '--container-engine', engine]);
}

it('containers go by their Compose service or their name', async ({ skip }) => {
  if ('missing' in docker) return skip(docker.missing);
  const port = 8210;
  const api = await startServer(docker, port, { name: 'shop-api-1', labels: ofService('api') });
  await startClient(docker, api, port, { name: 'front' });
  await startClient(docker, api, port, { name: 'shop-hostile-1', labels: ofService(HOSTILE) });

  const { outbound, inbound } = await halves(await observe(docker.socketPath), port);
  const source = (name: string) =>
    expect.objectContaining({ src_service: name, src_kind: 'container', src_process: 'node' });
  expect(outbound).toHaveLength(2);
  expect(outbound).toEqual(expect.arrayContaining([source('front'), source(`shop/${HOSTILE}`)]));
  expect(inbound).not.toEqual([]);
  for (const half of inbound) expect(half).toMatchObject({ dst_service: 'shop/api', dst_kind: 'container' });
});

it('one on the network of the host goes by its name, and not by what runs in it', async ({ skip }) => {
  if ('missing' in docker) return skip(docker.missing);
  const port = 8211;
  await startServer(docker, port, { name: 'gateway', network: 'host' });
  await startClient(docker, host.address, port, { name: 'caller', network: 'host' });

  const { outbound, inbound } = await halves(await observe(docker.socketPath), port);
  expect(outbound).toMatchObject([{ src_service: 'caller', src_kind: 'container' }]);
  expect(inbound).toMatchObject([{ dst_service: 'gateway', dst_kind: 'container' }]);
});

it('without its engine a container goes by what runs in it, and one warning tells why', async ({ skip }) => {
  if ('missing' in docker) return skip(docker.missing);
  const port = 8212;
  const api = await startServer(docker, port, { name: 'nobody-asks' });
  await startClient(docker, api, port, { name: 'nobody-is-asked' });

  const exporter = await observe('/nowhere/docker.sock');
  const { outbound, inbound } = await halves(exporter, port);
  expect(outbound).toMatchObject([{ src_kind: 'process' }]);
  expect(inbound).toMatchObject([{ dst_service: 'api', dst_kind: 'process' }]);
  expect(exporter.running.stderr().match(/cannot look up container names.*ENOENT/g)).toHaveLength(1);
});

it.skipIf(CANNOT_CAPTURE)('a container that lives for a connection is told by its name', async ({ skip }) => {
  if ('missing' in docker) return skip(docker.missing);
  const engine = docker;
  const served = await startWorkloadServer(['request=1', 'answer=1', '0.0.0.0/8214'], { on: host });
  const flags = ['--netns', 'all', '--capture', 'ebpf', '--container-engine', docker.socketPath];
  const exporter = await startExporter(host, flags);
  await docker.run({
    name: 'brief',
    command: [buildWorkload('client'), 'target=172.30.77.1/8214', 'count=1'],
    labels: ofService('brief'),
  });
  await waitFor(
    async () => (await served.counts()).get(8214)?.accepted || undefined,
    async () => `a connection of the container: ${await engine.logs('brief')}`,
  );
  await exporter.cycle();
  const opened = parseSeries(await exporter.metrics(), 'service_dependency_connection_opened_total');
  const labels = opened.map((one) => one.labels).filter(({ dst_port }) => dst_port === '8214');
  expect(labels.find(({ direction }) => direction === 'outbound')).toMatchObject({
    ...{ src_service: 'shop/brief', src_kind: 'container', src_process: 'client' },
  });
});

it('containers go by what runs in them where that is wanted', async ({ skip }) => {
  if ('missing' in docker) return skip(docker.missing);
  const port = 8213;
  const api = await startServer(docker, port, { name: 'unseen' });
  await startClient(docker, api, port, { name: 'unseen-caller' });

  const { inbound } = await halves(await observe('none'), port);
  expect(inbound).toMatchObject([{ dst_service: 'api', dst_kind: 'process' }]);
});
