import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { CANNOT_CAPTURE } from '../harness/captures.ts';
import { type Exporter, startExporter } from '../harness/exporter.ts';
import { joinEdges } from '../harness/join.ts';
import { createNetwork, type Host } from '../harness/network.ts';
import { NODE, ROOT, toolPath } from '../harness/places.ts';
import { parseSeries } from '../harness/text-page.ts';
import { waitFor } from '../harness/wait-for.ts';
import { startWorkload } from '../harness/workload.ts';

const API = `${ROOT}/test/workloads/api.mjs`;
const PROXYD = '/usr/lib/systemd/systemd-socket-proxyd';
const WEB = `${ROOT}/test/workloads/web.mjs`;
/** Ports of services and forwarders: a new one for each, since the exporters keep them for a while. */
let ports = 7100;

let client: Host;
let host: Host;
let other: Host;

beforeAll(() => {
  const network = createNetwork();
  client = network.host('client');
  host = network.host('host');
  other = network.host('other');
});

async function startApi(on: Host, address: string): Promise<number> {
  const port = ports++;
  await on.start([NODE, API, address, `${port}`]).waitForOutput('listening');
  return port;
}

/** Starts a port forwarder on `host`; it is stopped together with its processes for each connection. */
async function startForwarder(bind: string, to: string, transport: 'TCP' | 'UDP' = 'TCP'): Promise<number> {
  const port = ports++;
  const addresses = [`${transport}-LISTEN:${port},bind=${bind},fork`, `${transport}:${to}`];
  const socat = host.start([toolPath('socat'), '-d', '-d', ...addresses], { ownGroup: true });
  await waitFor(
    () => socat.stderr().includes('listening') || undefined,
    () => `socat to listen: ${socat.stderr()}`,
  );
  return port;
}

/** Starts a forwarder that inherits its listener by socket activation, and connects to it. */
async function startActivatedForwarder(to: string): Promise<number> {
  const port = ports++;
  const activate = host.start(['systemd-socket-activate', '-l', `0.0.0.0:${port}`, PROXYD, to]);
  await waitFor(
    () => activate.stderr().includes('Listening') || undefined,
    () => `systemd-socket-activate to listen: ${activate.stderr()}`,
  );
  await connect(client, host.address, port);
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

describe.each(['sockdiag', ...(CANNOT_CAPTURE ? [] : ['ebpf'])])(
  'a port forwarder, captured by %s,',
  (capture) => {
    const observe = (...hosts: Host[]) =>
      Promise.all(hosts.map((on) => startExporter(on, ['--capture', capture])));

    it.each([
      ['another host', () => client, () => host.address],
      ['its own host', () => host, () => host.address],
      ['loopback', () => host, () => '127.0.0.1'],
    ])('reached from %s is reported once, as the service on its host', async (_title, from, at) => {
      const exporters = await observe(client, host);
      const api = await startApi(host, '127.0.0.1');
      const forwarder = await startForwarder('0.0.0.0', `127.0.0.1:${api}`);
      await connect(from(), at(), forwarder);
      expect(await edges(exporters, api, forwarder)).toMatchObject([
        {
          src: 'web',
          dst: 'api',
          dstHost: 'host',
          dstKind: 'process',
          at: `${at()}:${forwarder}`,
          opened: 3,
        },
      ]);
    });

    it.skipIf(!existsSync(PROXYD))(
      'that inherits its listener is reported once, as the service',
      async () => {
        const api = await startApi(host, '127.0.0.1');
        const forwarder = await startActivatedForwarder(`127.0.0.1:${api}`);
        const exporters = await observe(client, host);
        await connect(client, host.address, forwarder);
        const joined = await edges(exporters, api, forwarder);
        expect(joined.filter(({ opened }) => opened > 0)).toMatchObject([
          { src: 'web', dst: 'api', dstHost: 'host', at: `${host.address}:${forwarder}`, opened: 3 },
        ]);
        expect(joined.map(({ dst }) => dst)).toEqual(joined.map(() => 'api'));
      },
    );

    it('of UDP is reported once, as the service', async () => {
      const exporters = await observe(client, host);
      const server = ports++;
      await startWorkload('udp-server', [`at=127.0.0.1/${server}`], { on: host }).waitForOutput('serving');
      const forwarder = await startForwarder('0.0.0.0', `127.0.0.1:${server}`, 'UDP');
      const target = `target=${host.address}/${forwarder}`;
      await startWorkload('udp-client', [target, 'way=connect'], { on: client }).waitForOutput('sent');
      expect(await edges(exporters, server, forwarder)).toMatchObject([
        {
          src: 'udp-client',
          dst: 'udp-server',
          dstHost: 'host',
          at: `${host.address}:${forwarder}`,
          opened: 1,
        },
      ]);
    });

    it('on loopback is reported as the service on another host, and joins its half-edge', async () => {
      const exporters = await observe(host, other);
      const api = await startApi(other, other.address);
      const forwarder = await startForwarder('127.0.0.1', `${other.address}:${api}`);
      await connect(host, '127.0.0.1', forwarder);
      expect(await edges(exporters, api, forwarder)).toMatchObject([
        { src: 'web', dst: 'api', dstHost: 'other', at: `${other.address}:${api}`, opened: 3 },
      ]);
    });

    it('between two other hosts is reported as a service between them', async () => {
      const exporters = await observe(client, host, other);
      const api = await startApi(other, other.address);
      const forwarder = await startForwarder('0.0.0.0', `${other.address}:${api}`);
      await connect(client, host.address, forwarder);
      const joined = await edges(exporters, api, forwarder);
      expect(joined).toHaveLength(2);
      expect(joined).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            src: 'web',
            dst: 'socat',
            at: `${host.address}:${forwarder}`,
            opened: 3,
          }),
          expect.objectContaining({ src: 'socat', dst: 'api', at: `${other.address}:${api}`, opened: 3 }),
        ]),
      );
    });
  },
);

describe.skipIf(CANNOT_CAPTURE)('a server that is down', () => {
  /** The edges from clients to these ports: `web → api at 127.0.0.1:7100: 3 opened, 2 refused`. */
  async function edgesTo(exporter: Exporter, ...ports: number[]): Promise<string[]> {
    const page = await exporter.metrics();
    const edges = new Map<string, Map<string, number>>();
    for (const outcome of ['opened', 'failed']) {
      for (const { labels, value } of parseSeries(page, `service_dependency_connection_${outcome}_total`)) {
        const { direction, src_service, dst_service, dst_address, dst_port, error_type = outcome } = labels;
        if (direction !== 'outbound' || !ports.includes(Number(dst_port))) continue;
        const edge = `${src_service} → ${dst_service} at ${dst_address}:${dst_port}`;
        const counts = edges.get(edge) ?? new Map<string, number>();
        edges.set(edge, counts.set(error_type, (counts.get(error_type) ?? 0) + value));
      }
    }
    return [...edges].map(
      ([edge, counts]) =>
        `${edge}: ${[...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ')}`,
    );
  }

  async function attempt(on: Host, address: string, port: number, count: number): Promise<void> {
    const web = on.start([NODE, WEB, address, `${port}`]);
    web.writeLine(`try ${count}`);
    await web.waitForOutput('failed');
    await web.stop();
  }

  const observe = () => startExporter(host, ['--capture', 'ebpf']);
  const listen = async (port: number, address = '127.0.0.1') => {
    const api = host.start([NODE, API, address, `${port}`]);
    await api.waitForOutput('listening');
    return api;
  };

  it('behind a port forwarder keeps its name, and the failures count on the edge of the client', async () => {
    const port = ports++;
    const api = await listen(port);
    const forwarder = await startForwarder('127.0.0.1', `127.0.0.1:${port}`);
    const exporter = await observe();
    await attempt(host, '127.0.0.1', forwarder, 3);
    await exporter.cycle();
    await api.stop();
    await exporter.cycle();
    await attempt(host, '127.0.0.1', forwarder, 4);
    await exporter.cycle();
    expect(await edgesTo(exporter, port, forwarder)).toEqual([
      `web → api at 127.0.0.1:${forwarder}: 7 opened, 4 refused`,
    ]);
  });

  it('keeps its name while it restarts, and gets it although a client was there before', async () => {
    const port = ports++;
    const exporter = await observe();
    await attempt(host, '127.0.0.1', port, 2);
    await exporter.cycle();
    const api = await listen(port);
    await exporter.cycle();
    await api.stop();
    await exporter.cycle();
    await attempt(host, '127.0.0.1', port, 3);
    await exporter.cycle();
    expect(await edgesTo(exporter, port)).toEqual([`web → api at 127.0.0.1:${port}: 0 opened, 5 refused`]);
  });

  it('at one address of localhost has one edge, without a failure', async () => {
    const port = ports++;
    await listen(port);
    const exporter = await observe();
    await attempt(host, '::1', port, 1);
    await exporter.cycle();
    await attempt(host, '::1,127.0.0.1', port, 3);
    await exporter.cycle();
    expect(await edgesTo(exporter, port)).toEqual([
      `web → api at 127.0.0.1:${port}: 3 opened, 1 refused, 3 fallback`,
    ]);
  });
});
