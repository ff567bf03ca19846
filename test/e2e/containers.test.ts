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
/** Connects, prints a line, and holds the connection. */
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

/** Starts a container, waits until it prints a text, and returns its address. */
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

/** The labels of the half-edges to a port. */
async function readHalfEdges(exporter: Exporter, port: number) {
  await exporter.cycle();
  const series = parseSeries(await exporter.metrics(), 'service_dependency_active_connections');
  const labels = series.map((series) => series.labels).filter(({ dst_port }) => dst_port === `${port}`);
  return {
    outbound: labels.filter(({ direction }) => direction === 'outbound'),
    inbound: labels.filter(({ direction }) => direction === 'inbound'),
  };
}

function observe(engine: string): Promise<Exporter> {
  return startExporter(host, ['--netns', 'all', '--capture', 'sockdiag', '--container-engine', engine]);
}

it('a container is named by its Compose service or its own name', async ({ skip }) => {
  if ('missing' in docker) return skip(docker.missing);
  const port = 8210;
  const api = await startServer(docker, port, { name: 'shop-api-1', labels: ofService('api') });
  await startClient(docker, api, port, { name: 'front' });
  await startClient(docker, api, port, { name: 'shop-hostile-1', labels: ofService(HOSTILE) });

  const { outbound, inbound } = await readHalfEdges(await observe(docker.socketPath), port);
  const source = (name: string) =>
    expect.objectContaining({ src_service: name, src_kind: 'container', src_process: 'node' });
  expect(outbound).toHaveLength(2);
  expect(outbound).toEqual(expect.arrayContaining([source('front'), source(`shop/${HOSTILE}`)]));
  expect(inbound).not.toEqual([]);
  for (const halfEdge of inbound)
    expect(halfEdge).toMatchObject({ dst_service: 'shop/api', dst_kind: 'container' });
});

it('a container on the network of its host is named by its own name, not by its process', async ({
  skip,
}) => {
  if ('missing' in docker) return skip(docker.missing);
  const port = 8211;
  await startServer(docker, port, { name: 'gateway', network: 'host' });
  await startClient(docker, host.address, port, { name: 'client', network: 'host' });

  const { outbound, inbound } = await readHalfEdges(await observe(docker.socketPath), port);
  expect(outbound).toMatchObject([{ src_service: 'client', src_kind: 'container' }]);
  expect(inbound).toMatchObject([{ dst_service: 'gateway', dst_kind: 'container' }]);
});

it('a container whose engine cannot be reached is named by its process, and one warning is logged', async ({
  skip,
}) => {
  if ('missing' in docker) return skip(docker.missing);
  const port = 8212;
  const api = await startServer(docker, port, { name: 'unnamed-server' });
  await startClient(docker, api, port, { name: 'unnamed-client' });

  const exporter = await observe('/nowhere/docker.sock');
  const { outbound, inbound } = await readHalfEdges(exporter, port);
  expect(outbound).toMatchObject([{ src_kind: 'process' }]);
  expect(inbound).toMatchObject([{ dst_service: 'api', dst_kind: 'process' }]);
  expect(exporter.running.stderr().match(/cannot look up container names.*ENOENT/g)).toHaveLength(1);
});

it.skipIf(CANNOT_CAPTURE)('a container that lives for one connection is named', async ({ skip }) => {
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
  const labels = opened.map((series) => series.labels).filter(({ dst_port }) => dst_port === '8214');
  expect(labels.find(({ direction }) => direction === 'outbound')).toMatchObject({
    ...{ src_service: 'shop/brief', src_kind: 'container', src_process: 'client' },
  });
});

it('a container is named by its process if that is configured', async ({ skip }) => {
  if ('missing' in docker) return skip(docker.missing);
  const port = 8213;
  const api = await startServer(docker, port, { name: 'plain-server' });
  await startClient(docker, api, port, { name: 'plain-client' });

  const { inbound } = await readHalfEdges(await observe('none'), port);
  expect(inbound).toMatchObject([{ dst_service: 'api', dst_kind: 'process' }]);
});
