import type { Exporter } from './exporter.ts';
import { parseSeries } from './text-page.ts';
import { waitFor } from './wait-for.ts';

export const OPENED = 'service_dependency_connection_opened_total';
export const OPEN = 'service_dependency_active_connections';

/** Connections reported by one endpoint, counted by source and destination address. */
export interface CountedHalfEdge {
  readonly src: string | undefined;
  readonly dst: string | undefined;
  readonly port: number;
  readonly count: number;
}

/**
 * The connections in one direction that a host reports to these ports, summed by destination. Only those from or to
 * one of the `addresses`, if given: an agent that observes the whole machine also reports what other programs do.
 */
export async function readHalfEdges(
  exporter: Exporter,
  direction: 'outbound' | 'inbound',
  ports: readonly number[],
  metric = OPENED,
  addresses?: readonly string[],
): Promise<CountedHalfEdge[]> {
  const isOfTest = ({ src_address = '', dst_address = '' }: Readonly<Record<string, string>>) =>
    !addresses || addresses.includes(src_address) || addresses.includes(dst_address);
  const counts = new Map<string, number>();
  for (const { labels, value } of parseSeries(await exporter.metrics(), metric)) {
    if (labels.direction !== direction || !ports.includes(Number(labels.dst_port)) || value === 0) continue;
    if (!isOfTest(labels)) continue;
    const key = JSON.stringify([Number(labels.dst_port), labels.src_address, labels.dst_address]);
    counts.set(key, (counts.get(key) ?? 0) + value);
  }
  return [...counts].sort().map(([key, count]) => {
    const [port, src, dst] = JSON.parse(key);
    return { src, dst, port, count };
  });
}

/** Waits until client and server report exactly these connections to these ports. */
export async function expectHalfEdges(
  [client, server]: readonly [Exporter, Exporter],
  expected: readonly CountedHalfEdge[],
  ports: readonly number[],
  metric = OPENED,
  addresses?: readonly string[],
): Promise<void> {
  let last: unknown;
  const expectation = JSON.stringify({ outbound: expected, inbound: expected });
  await waitFor(
    async () => {
      const outbound = await readHalfEdges(client, 'outbound', ports, metric, addresses);
      last = { outbound, inbound: await readHalfEdges(server, 'inbound', ports, metric, addresses) };
      return JSON.stringify(last) === expectation || undefined;
    },
    () => `${expectation}; reported were ${JSON.stringify(last)}; ${client.running.stderr()}`,
    15_000,
  );
}
