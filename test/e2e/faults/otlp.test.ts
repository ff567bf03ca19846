/** A real collector and a store behind a proxy that misbehaves: in the end every connection is in the store, once. */
import { beforeAll, describe, expect, it } from 'vitest';
import { CANNOT_CAPTURE } from '../../harness/captures.ts';
import { type Collector, startCollector } from '../../harness/collector.ts';
import { startConnectionServer } from '../../harness/connections.ts';
import { startAgent } from '../../harness/exporter.ts';
import { type Misbehaviour, startProxy } from '../../harness/misbehaving-proxy.ts';
import { MUSUBI, NODE } from '../../harness/places.ts';
import { type Prometheus, startPrometheus } from '../../harness/prometheus.ts';
import { parseSeries } from '../../harness/text-page.ts';
import { waitFor } from '../../harness/wait-for.ts';

let store: Prometheus;
let collector: Collector | { missing: string };

beforeAll(async () => {
  store = await startPrometheus([]);
  collector = await startCollector(store.url);
}, 15 * 60_000);

describe.each(['grpc', 'http/protobuf'] as const)('over %s', (protocol) => {
  it.skipIf(CANNOT_CAPTURE)('delivers all connections once, whatever the endpoint does', async (context) => {
    if ('missing' in collector) return context.skip(collector.missing);
    const proxy = await startProxy(protocol, protocol === 'grpc' ? collector.grpc : collector.http);
    const server = await startConnectionServer();
    const { running: agent, metrics } = await startAgent([
      ...([NODE, MUSUBI, 'agent', '--netns', 'self', '--nat', 'off', '--dns', 'off'] as const),
      ...['--interval', '100ms', '--web.listen-address', '127.0.0.1:0', '--host-name', protocol],
      ...['--otlp-endpoint', proxy.url, '--otlp-protocol', protocol, '--otlp-export-interval', '300ms'],
    ]);
    const value = async (name: string) => parseSeries(await metrics(), name)[0]?.value ?? 0;
    const misbehave = async (answer: (bytes: number) => Misbehaviour | undefined, requests: number) => {
      proxy.behave = answer;
      const before = proxy.requests.length;
      await server.connect(50);
      await waitFor(
        () => proxy.requests.length >= before + requests || undefined,
        () => `${requests} requests: ${agent.stderr()}`,
      );
    };
    let expected = 0;
    const expectDelivered = async () => {
      proxy.behave = () => undefined;
      expected += 50;
      await waitFor(
        async () => {
          const found = await store.query(
            `service_dependency_connection_opened_total{dst_port="${server.port}"}`,
          );
          const isExact = found.length === 2 && found.every((series) => series.value === expected);
          return isExact || undefined;
        },
        () => `${expected} connections in the store: ${agent.stderr()}`,
      );
    };
    const linesWith = (text: string) =>
      agent
        .stderr()
        .split('\n')
        .filter((line) => line.includes(text));

    await misbehave(() => ({ kind: 'unavailable' }), 3);
    await expectDelivered();
    expect(linesWith('endpoint is unreachable')).toHaveLength(1);
    expect(linesWith('not now')).toHaveLength(1);

    await misbehave(() => ({ kind: 'throttle', seconds: 2 }), 1);
    const throttled = proxy.requests.at(-1)?.at ?? 0;
    const first = proxy.requests.length;
    await expectDelivered();
    expect((proxy.requests[first]?.at ?? 0) - throttled).toBeGreaterThan(1900);

    // Less than any batch of this agent.
    const limit = 6000;
    await misbehave((bytes) => (bytes > limit ? { kind: 'too large' } : undefined), 3);
    const whole = proxy.requests.length;
    await waitFor(
      () => proxy.requests.slice(whole).some(({ bytes }) => bytes <= limit) || undefined,
      'smaller requests',
    );
    await expectDelivered();
    expect(await value('musubi_otlp_batches_dropped_total')).toBe(0);
    expect(linesWith('too large: it is sent in halves')).toHaveLength(1);

    proxy.rejectedPoints = 7;
    await misbehave(() => undefined, 2);
    await expectDelivered();
    expect(await value('musubi_otlp_points_rejected_total')).toBeGreaterThanOrEqual(14);
    expect(linesWith('out of bounds')).toHaveLength(1);
    proxy.rejectedPoints = 0;

    await misbehave(() => ({ kind: 'refuse', reason: 'no such tenant' }), 4);
    await expectDelivered();
    expect(linesWith('no such tenant')).toHaveLength(1);
    expect(await value('musubi_otlp_batches_dropped_total')).toBeGreaterThanOrEqual(4);
    expect(await agent.stop()).toBe(0);
  });
});
