/** After the half-edges are joined, a service has the name that its own host gives it. */
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findCgroupRoot } from '../../exporter/agent/capture/ebpf/cgroup-root.ts';
import { onFileEnd } from '../harness/cleanup.ts';
import { type Docker, startDocker } from '../harness/docker.ts';
import { type Exporter, startExporter } from '../harness/exporter.ts';
import { isolate } from '../harness/isolate.ts';
import { type JoinedEdge, joinEdges } from '../harness/join.ts';
import { createNetwork, type Host } from '../harness/network.ts';
import { NODE, ROOT, toolPath } from '../harness/places.ts';
import { parseSeries } from '../harness/text-page.ts';
import { waitFor } from '../harness/wait-for.ts';

const API = `${ROOT}/test/workloads/api.mjs`;
const WEB = `${ROOT}/test/workloads/web.mjs`;
const UNIT = `musubi-test-${process.pid}`;
const COMPOSE = { 'com.docker.compose.project': 'names', 'com.docker.compose.service': 'api' };

let client: Host;
let host: Host;
let unwatched: Host;
let onClient: Exporter;
let onHost: Exporter;
let docker: Docker | { missing: string };

beforeAll(async () => {
  const network = createNetwork();
  client = network.host('client');
  host = await isolate(network.host('host'));
  unwatched = network.host('unwatched');
  docker = await startDocker(host, { subnet: '172.30.84.1/24', publishes: true });
  const engine = 'missing' in docker ? 'none' : docker.socketPath;
  const options = { onCleanup: onFileEnd };
  onHost = await startExporter(
    host,
    ['--capture', 'sockdiag', '--netns', 'all', '--container-engine', engine],
    options,
  );
  onClient = await startExporter(client, ['--capture', 'sockdiag'], options);
});

async function serve(on: Host, port: number, address = on.address): Promise<void> {
  await on.start([NODE, API, address, `${port}`]).waitForOutput('listening');
}

/** Starts a server as systemd does: in a cgroup with the name of the unit. */
async function serveInUnit(port: number): Promise<void> {
  const slice = join(findCgroupRoot('/proc'), 'system.slice');
  const cgroup = join(slice, `${UNIT}.service`);
  mkdirSync(cgroup, { recursive: true });
  onFileEnd(() => removeCgroup(slice));
  onFileEnd(() => removeCgroup(cgroup));
  const enter = `echo $$ > "$0/cgroup.procs" && exec "$@"`;
  const api = host.start(['sh', '-c', enter, cgroup, NODE, API, host.address, `${port}`]);
  await api.waitForOutput('listening');
}

/** A cgroup still in use belongs to another test. */
function removeCgroup(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {}
}

async function serveInContainer(engine: Docker, port: number, publishedOn?: number): Promise<void> {
  const name = `names-api-${port}`;
  await engine.run({
    name,
    command: [NODE, API, '0.0.0.0', `${port}`],
    labels: COMPOSE,
    ...(publishedOn === undefined ? { network: 'host' } : { publish: { port, on: publishedOn } }),
  });
  await waitFor(async () => (await engine.logs(name)).includes('listening') || undefined, name);
}

async function forward(port: number, to: string): Promise<void> {
  const socat = host.start([toolPath('socat'), '-d', '-d', `TCP-LISTEN:${port},fork`, `TCP:${to}`]);
  await waitFor(() => socat.stderr().includes('listening') || undefined, 'socat to listen');
}

/** Holds three connections to a port; returns the joined edges to it and to `ports`. */
async function connect(to: Host, port: number, ...ports: number[]): Promise<JoinedEdge[]> {
  const web = client.start([NODE, WEB, to.address, `${port}`]);
  web.writeLine('connect 3');
  await web.waitForOutput('connected 3');
  await onClient.cycle();
  await onHost.cycle();
  return joinEdges([onClient, onHost], [port, ...ports]);
}

/** The name that a host gives the service that listens on a port. */
async function ownName(port: number): Promise<unknown> {
  const listeners = parseSeries(await onHost.metrics(), 'service_dependency_listen');
  return listeners.find(({ labels }) => labels.dst_port === `${port}`)?.labels.dst_service;
}

const expected = { src: 'web', srcHost: 'client', dstHost: 'host', opened: 3 };

describe('the client and the server host agree on the name of', () => {
  it('a process', async () => {
    await serve(host, 8301);
    expect(await connect(host, 8301)).toMatchObject([{ ...expected, dst: 'api', dstKind: 'process' }]);
    expect(await ownName(8301)).toBe('api');
  });

  it('a systemd unit', async () => {
    await serveInUnit(8302);
    expect(await connect(host, 8302)).toMatchObject([{ ...expected, dst: UNIT, dstKind: 'process' }]);
    expect(await ownName(8302)).toBe(UNIT);
  });

  it('a container', async ({ skip }) => {
    if ('missing' in docker) return skip(docker.missing);
    await serveInContainer(docker, 8303);
    expect(await connect(host, 8303)).toMatchObject([
      { ...expected, dst: 'names/api', dstKind: 'container' },
    ]);
    expect(await ownName(8303)).toBe('names/api');
  });

  it('a container at a published port', async ({ skip }) => {
    if ('missing' in docker) return skip(docker.missing);
    await serveInContainer(docker, 8304, 8305);
    expect(await connect(host, 8305, 8304)).toMatchObject([
      { ...expected, dst: 'names/api', dstKind: 'container', at: `${host.address}:8305` },
    ]);
    expect(await ownName(8304)).toBe('names/api');
  });

  it('a service behind a port forwarder', async () => {
    await serve(host, 8306, '127.0.0.1');
    await forward(8307, '127.0.0.1:8306');
    expect(await connect(host, 8307, 8306)).toMatchObject([{ ...expected, dst: 'api', dstKind: 'process' }]);
    expect(await ownName(8306)).toBe('api');
  });
});

describe('without a common name,', () => {
  it('a host without an exporter is the address of an unknown service', async () => {
    await serve(unwatched, 8311);
    const [joined, ...more] = await connect(unwatched, 8311);
    expect(more).toEqual([]);
    expect(joined).toMatchObject({
      src: 'web',
      dst: undefined,
      dstKind: 'unknown',
      at: `${unwatched.address}:8311`,
      opened: 3,
    });
  });

  it('a port forwarder to such a host is a service of its own', async () => {
    await serve(unwatched, 8312);
    await forward(8313, `${unwatched.address}:8312`);
    const joined = await connect(host, 8313, 8312);
    expect(joined).toHaveLength(2);
    expect(joined).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ...expected, dst: 'socat', dstKind: 'process' }),
        expect.objectContaining({ src: 'socat', dst: undefined, dstKind: 'unknown', opened: 3 }),
      ]),
    );
  });
});
