import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { CANNOT_CAPTURE } from '../harness/captures.ts';
import { type Docker, startDocker } from '../harness/docker.ts';
import { startExporter } from '../harness/exporter.ts';
import { joinEdges } from '../harness/join.ts';
import { createNetwork, type Host } from '../harness/network.ts';
import { NODE, ROOT } from '../harness/places.ts';
import { waitFor } from '../harness/wait-for.ts';

const API = `${ROOT}/test/workloads/api.mjs`;
const WEB = `${ROOT}/test/workloads/web.mjs`;
/** Makes three connections, prints a line, and holds them. */
const CLIENT = `
  const [host, port] = process.argv.slice(1);
  const { connect } = require('node:net');
  const open = () => new Promise((done) => connect(port, host).once('data', done).write('hello\\n'));
  Promise.all([open(), open(), open()]).then(() => console.log('connected 3'));
`;
const PORT = 8481;
const PUBLISHED = 8480;
const NAME = 'store-api-1';

let host: Host;
let other: Host;
let docker: Docker | { missing: string };
let api: string;

beforeAll(async () => {
  const network = createNetwork();
  host = network.host('docker');
  other = network.host('other');
  docker = await startDocker(host, { subnet: '172.30.78.1/24', publishes: true });
  if ('missing' in docker) return;
  await docker.createNetwork('store_default', '172.30.79.0/24');
  api = await docker.run({
    name: NAME,
    command: [NODE, API, '0.0.0.0', `${PORT}`],
    labels: { 'com.docker.compose.project': 'store', 'com.docker.compose.service': 'api' },
    network: 'store_default',
    publish: { port: PORT, on: PUBLISHED },
  });
  await waitForLog(docker, NAME, 'listening');
});

async function waitForLog(engine: Docker, name: string, text: string): Promise<void> {
  await waitFor(
    async () => (await engine.logs(name)).includes(text) || undefined,
    async () => `${text} from ${name}: ${await engine.logs(name)}`,
  );
}

type Connect = (engine: Docker, address: string, port: number) => Promise<void>;

const fromProcess =
  (on: () => Host): Connect =>
  async (_engine, address, port) => {
    const web = on().start([NODE, WEB, address, `${port}`]);
    web.writeLine('connect 3');
    await web.waitForOutput('connected 3');
  };

const fromContainer: Connect = async (engine, address, port) => {
  await engine.run({
    name: 'store-front-1',
    command: [NODE, '-e', CLIENT, address, `${port}`],
    labels: { 'com.docker.compose.project': 'store', 'com.docker.compose.service': 'front' },
    network: 'store_default',
    onCleanup: onTestFinished,
  });
  await waitForLog(engine, 'store-front-1', 'connected 3');
};

it.for<[string, string, Connect, () => string, number]>([
  ['its host over loopback', 'web', fromProcess(() => host), () => '127.0.0.1', PUBLISHED],
  ["its host at the host's address", 'web', fromProcess(() => host), () => host.address, PUBLISHED],
  ["its host at the container's address", 'web', fromProcess(() => host), () => api, PORT],
  ['another container at its address', 'store/front', fromContainer, () => api, PORT],
  ['another container by its name', 'store/front', fromContainer, () => NAME, PORT],
  ["another container at the host's address", 'store/front', fromContainer, () => host.address, PUBLISHED],
])(
  'a container reached from %s is the destination of a single edge',
  async ([_title, src, connect, address, port], { skip }) => {
    if (CANNOT_CAPTURE) return skip(CANNOT_CAPTURE);
    if ('missing' in docker) return skip(docker.missing);
    const exporters = [
      await startExporter(host, [
        '--capture',
        'ebpf',
        '--netns',
        'all',
        '--container-engine',
        docker.socketPath,
      ]),
      await startExporter(other, ['--capture', 'ebpf']),
    ];
    await connect(docker, address(), port);
    for (const exporter of exporters) await exporter.cycle();
    expect(await joinEdges(exporters, [PORT, PUBLISHED])).toMatchObject([
      { src, dst: 'store/api', dstKind: 'container', dstHost: 'docker', opened: 3 },
    ]);
  },
);
