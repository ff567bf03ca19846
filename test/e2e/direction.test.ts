import { beforeAll, describe, expect, it } from 'vitest';
import { type Exporter, startExporter } from '../harness/exporter.ts';
import { createNetwork, type Host } from '../harness/network.ts';
import { NODE, ROOT } from '../harness/places.ts';
import { parseSeries } from '../harness/text-page.ts';
import { waitFor } from '../harness/wait-for.ts';

const API = `${ROOT}/test/workloads/api.mjs`;
const WEB = `${ROOT}/test/workloads/web.mjs`;

let client: Host;
let server: Host;

beforeAll(() => {
  const network = createNetwork();
  client = network.host('client');
  server = network.host('server');
});

/** How the server listens, and the address to which the client connects. */
const STYLES: readonly [string, () => { listen: string; port: number; to: string }][] = [
  ['one address', () => ({ listen: server.address, port: 8001, to: server.address })],
  ['every IPv4 address', () => ({ listen: '0.0.0.0', port: 8002, to: server.address })],
  ['every address, reached over IPv4', () => ({ listen: '::', port: 8003, to: server.address })],
  ['every address, reached over IPv6', () => ({ listen: '::', port: 8004, to: server.address6 })],
  ['a port of the ephemeral range', () => ({ listen: '0.0.0.0', port: 40000, to: server.address })],
];

async function edges(exporter: Exporter, port: number) {
  const series = parseSeries(await exporter.metrics(), 'service_dependency_active_connections');
  return series.filter(({ labels, value }) => labels.dst_port === `${port}` && value > 0);
}

describe.each(['sockdiag', 'procfs'])('%s distinguishes client and server', (capture) => {
  it.each(STYLES)('of a server on %s', async (_title, style) => {
    const { listen, port, to } = style();
    const onClient = await startExporter(client, ['--capture', capture]);
    const onServer = await startExporter(server, ['--capture', capture]);
    const api = server.start([NODE, API, listen, `${port}`]);
    await api.waitForOutput('listening');
    const web = client.start([NODE, WEB, to, `${port}`]);
    web.writeLine('connect 3');
    await web.waitForOutput('connected 3');

    const expected = {
      network_transport: 'tcp',
      src_address: expect.any(String),
      dst_address: to,
      dst_port: `${port}`,
    };
    const [outbound, ...otherOutbound] = await waitFor(async () => {
      const found = await edges(onClient, port);
      return found[0]?.value === 3 ? found : undefined;
    }, "the client's half-edge");
    expect(otherOutbound).toEqual([]);
    expect(outbound?.labels).toMatchObject({
      ...expected,
      direction: 'outbound',
      src_service: 'web',
      src_pid: `${web.pid}`,
    });
    const [inbound, ...otherInbound] = await waitFor(async () => {
      const found = await edges(onServer, port);
      return found[0]?.value === 3 ? found : undefined;
    }, "the server's half-edge");
    expect(otherInbound).toEqual([]);
    expect(inbound?.labels).toMatchObject({
      ...expected,
      direction: 'inbound',
      dst_service: 'api',
      dst_pid: `${api.pid}`,
    });
    expect(inbound?.labels.src_address).toBe(outbound?.labels.src_address);
  });

  it.each(STYLES)('of a connection older than the exporter, to a server on %s', async (_title, style) => {
    const { listen, port, to } = style();
    const api = server.start([NODE, API, listen, `${port}`]);
    await api.waitForOutput('listening');
    const web = client.start([NODE, WEB, to, `${port}`]);
    web.writeLine('connect 1');
    await web.waitForOutput('connected 1');

    const onClient = await startExporter(client, ['--capture', capture]);
    const onServer = await startExporter(server, ['--capture', capture]);
    expect(await edges(onClient, port)).toMatchObject([
      { labels: { direction: 'outbound', src_pid: `${web.pid}` } },
    ]);
    expect(await edges(onServer, port)).toMatchObject([
      { labels: { direction: 'inbound', dst_pid: `${api.pid}` } },
    ]);
  });
});
