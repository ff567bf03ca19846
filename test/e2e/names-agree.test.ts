/** What one host calls a service of another, after the halves are joined, is what that calls it itself. */
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

let caller: Host;
let host: Host;
let stranger: Host;
let onCaller: Exporter;
let onHost: Exporter;
let docker: Docker | { missing: string };

beforeAll(async () => {
  const network = createNetwork();
  caller = network.host('caller');
  host = await isolate(network.host('host'));
  stranger = network.host('stranger');
  docker = await startDocker(host, { subnet: '172.30.84.1/24', publishes: true });
  const engine = 'missing' in docker ? 'none' : docker.socketPath;
  const options = { onCleanup: onFileEnd };
  onHost = await startExporter(
    host,
    ['--capture', 'sockdiag', '--netns', 'all', '--container-engine', engine],
    options,
  );
  onCaller = await startExporter(caller, ['--capture', 'sockdiag'], options);
});

async function serve(on: Host, port: number, address = on.address): Promise<void> {
  await on.start([NODE, API, address, `${port}`]).waitForOutput('listening');
}

/** Starts a server as systemd starts one: in a cgroup that bears the name of the unit. */
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

/** One that is still in use is another's. */
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

async function relay(port: number, to: string): Promise<void> {
  const socat = host.start([toolPath('socat'), '-d', '-d', `TCP-LISTEN:${port},fork`, `TCP:${to}`]);
  await waitFor(() => socat.stderr().includes('listening') || undefined, 'socat to listen');
}

/** Holds three connections to a port, and gives what the join makes of them and of those to `ports`. */
async function call(to: Host, port: number, ...ports: number[]): Promise<JoinedEdge[]> {
  const web = caller.start([NODE, WEB, to.address, `${port}`]);
  web.writeLine('connect 3');
  await web.waitForOutput('connected 3');
  await onCaller.cycle();
  await onHost.cycle();
  return joinEdges([onCaller, onHost], [port, ...ports]);
}

/** What a host itself calls the service that listens on a port. */
async function ownName(port: number): Promise<unknown> {
  const listening = parseSeries(await onHost.metrics(), 'service_dependency_listen');
  return listening.find(({ labels }) => labels.dst_port === `${port}`)?.labels.dst_service;
}

const edge = { src: 'web', srcHost: 'caller', dstHost: 'host', opened: 3 };

describe('the names agree', () => {
  it('on a process', async () => {
    await serve(host, 8301);
    expect(await call(host, 8301)).toMatchObject([{ ...edge, dst: 'api', dstKind: 'process' }]);
    expect(await ownName(8301)).toBe('api');
  });

  it('on a systemd unit', async () => {
    await serveInUnit(8302);
    expect(await call(host, 8302)).toMatchObject([{ ...edge, dst: UNIT, dstKind: 'process' }]);
    expect(await ownName(8302)).toBe(UNIT);
  });

  it('on a container', async ({ skip }) => {
    if ('missing' in docker) return skip(docker.missing);
    await serveInContainer(docker, 8303);
    expect(await call(host, 8303)).toMatchObject([{ ...edge, dst: 'names/api', dstKind: 'container' }]);
    expect(await ownName(8303)).toBe('names/api');
  });

  it('on a container at a published port', async ({ skip }) => {
    if ('missing' in docker) return skip(docker.missing);
    await serveInContainer(docker, 8304, 8305);
    expect(await call(host, 8305, 8304)).toMatchObject([
      { ...edge, dst: 'names/api', dstKind: 'container', at: `${host.address}:8305` },
    ]);
    expect(await ownName(8304)).toBe('names/api');
  });

  it('on a service behind a relay', async () => {
    await serve(host, 8306, '127.0.0.1');
    await relay(8307, '127.0.0.1:8306');
    expect(await call(host, 8307, 8306)).toMatchObject([{ ...edge, dst: 'api', dstKind: 'process' }]);
    expect(await ownName(8306)).toBe('api');
  });
});

describe('where the names cannot agree, the kind says so:', () => {
  it('a host without an exporter is an address of an unknown service', async () => {
    await serve(stranger, 8311);
    const [told, ...more] = await call(stranger, 8311);
    expect(more).toEqual([]);
    expect(told).toMatchObject({
      src: 'web',
      dst: undefined,
      dstKind: 'unknown',
      at: `${stranger.address}:8311`,
      opened: 3,
    });
  });

  it('a relay to such a host is a service of its own', async () => {
    await serve(stranger, 8312);
    await relay(8313, `${stranger.address}:8312`);
    const told = await call(host, 8313, 8312);
    expect(told).toHaveLength(2);
    expect(told).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ...edge, dst: 'socat', dstKind: 'process' }),
        expect.objectContaining({ src: 'socat', dst: undefined, dstKind: 'unknown', opened: 3 }),
      ]),
    );
  });
});
