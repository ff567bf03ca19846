import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { CANNOT_CAPTURE } from '../harness/captures.ts';
import { type Exporter, startExporter } from '../harness/exporter.ts';
import { joinEdges } from '../harness/join.ts';
import { createNetwork, type Host } from '../harness/network.ts';
import { NODE, ROOT, toolPath } from '../harness/places.ts';
import { waitFor } from '../harness/wait-for.ts';
import { startWorkload } from '../harness/workload.ts';

const API = `${ROOT}/test/workloads/api.mjs`;
const PROXYD = '/usr/lib/systemd/systemd-socket-proxyd';
const WEB = `${ROOT}/test/workloads/web.mjs`;
/** Of the service and of the relay, which differ from test to test since ports are kept for a while. */
let ports = 7100;

let caller: Host;
let host: Host;
let other: Host;

beforeAll(() => {
  const network = createNetwork();
  caller = network.host('caller');
  host = network.host('host');
  other = network.host('other');
});

async function startApi(on: Host, address: string): Promise<number> {
  const port = ports++;
  await on.start([NODE, API, address, `${port}`]).waitForOutput('listening');
  return port;
}

/** Starts a relay on the host in the middle, which goes with the processes that it starts for its callers. */
async function startRelay(bind: string, to: string, transport: 'TCP' | 'UDP' = 'TCP'): Promise<number> {
  const port = ports++;
  const addresses = [`${transport}-LISTEN:${port},bind=${bind},fork`, `${transport}:${to}`];
  const socat = host.start([toolPath('socat'), '-d', '-d', ...addresses], { ownGroup: true });
  await waitFor(
    () => socat.stderr().includes('listening') || undefined,
    () => `socat to listen: ${socat.stderr()}`,
  );
  return port;
}

/** Starts a relay that gets its listener from another program once it is called, and calls it. */
async function startActivatedRelay(to: string): Promise<number> {
  const port = ports++;
  const activate = host.start(['systemd-socket-activate', '-l', `0.0.0.0:${port}`, PROXYD, to]);
  await waitFor(
    () => activate.stderr().includes('Listening') || undefined,
    () => `a socket that listens: ${activate.stderr()}`,
  );
  await connect(caller, host.address, port);
  return port;
}

async function connect(from: Host, address: string, port: number): Promise<void> {
  const web = from.start([NODE, WEB, address, `${port}`]);
  web.writeLine('connect 3');
  await web.waitForOutput('connected 3');
}

async function edges(exporters: readonly Exporter[], ...ports: number[]) {
  for (const exporter of exporters) await exporter.cycle();
  return joinEdges(exporters, ports);
}

describe.each(['sockdiag', ...(CANNOT_CAPTURE ? [] : ['ebpf'])])('a relay, seen by %s,', (capture) => {
  const observe = (...hosts: Host[]) =>
    Promise.all(hosts.map((one) => startExporter(one, ['--capture', capture])));

  it.each([
    ['another host', () => caller, () => host.address],
    ['its own host', () => host, () => host.address],
    ['loopback', () => host, () => '127.0.0.1'],
  ])('called from %s is told as the service on its host, once', async (_title, from, at) => {
    const exporters = await observe(caller, host);
    const api = await startApi(host, '127.0.0.1');
    const relay = await startRelay('0.0.0.0', `127.0.0.1:${api}`);
    await connect(from(), at(), relay);
    expect(await edges(exporters, api, relay)).toMatchObject([
      { src: 'web', dst: 'api', dstHost: 'host', dstKind: 'process', at: `${at()}:${relay}`, opened: 3 },
    ]);
  });

  it.skipIf(!existsSync(PROXYD))('that was handed its listener is told as the service, once', async () => {
    const api = await startApi(host, '127.0.0.1');
    const relay = await startActivatedRelay(`127.0.0.1:${api}`);
    const exporters = await observe(caller, host);
    await connect(caller, host.address, relay);
    const told = await edges(exporters, api, relay);
    expect(told.filter(({ opened }) => opened > 0)).toMatchObject([
      { src: 'web', dst: 'api', dstHost: 'host', at: `${host.address}:${relay}`, opened: 3 },
    ]);
    expect(told.map(({ dst }) => dst)).toEqual(told.map(() => 'api'));
  });

  it('of UDP is told as the service, once', async () => {
    const exporters = await observe(caller, host);
    const server = ports++;
    await startWorkload('udp-server', [`at=127.0.0.1/${server}`], { on: host }).waitForOutput('serving');
    const relay = await startRelay('0.0.0.0', `127.0.0.1:${server}`, 'UDP');
    const target = `target=${host.address}/${relay}`;
    await startWorkload('udp-client', [target, 'way=connect'], { on: caller }).waitForOutput('sent');
    expect(await edges(exporters, server, relay)).toMatchObject([
      { src: 'udp-client', dst: 'udp-server', dstHost: 'host', at: `${host.address}:${relay}`, opened: 1 },
    ]);
  });

  it('on loopback is told as the service on another host, whose half joins', async () => {
    const exporters = await observe(host, other);
    const api = await startApi(other, other.address);
    const relay = await startRelay('127.0.0.1', `${other.address}:${api}`);
    await connect(host, '127.0.0.1', relay);
    expect(await edges(exporters, api, relay)).toMatchObject([
      { src: 'web', dst: 'api', dstHost: 'other', at: `${other.address}:${api}`, opened: 3 },
    ]);
  });

  it('between two other hosts stays between them', async () => {
    const exporters = await observe(caller, host, other);
    const api = await startApi(other, other.address);
    const relay = await startRelay('0.0.0.0', `${other.address}:${api}`);
    await connect(caller, host.address, relay);
    const told = await edges(exporters, api, relay);
    expect(told).toHaveLength(2);
    expect(told).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ src: 'web', dst: 'socat', at: `${host.address}:${relay}`, opened: 3 }),
        expect.objectContaining({ src: 'socat', dst: 'api', at: `${other.address}:${api}`, opened: 3 }),
      ]),
    );
  });
});
