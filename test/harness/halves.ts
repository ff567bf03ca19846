import type { Exporter } from './exporter.ts';
import { parseSeries } from './text-page.ts';
import { waitFor } from './wait-for.ts';

export const OPENED = 'service_dependency_connection_opened_total';
export const OPEN = 'service_dependency_active_connections';

/** How many connections one end tells from one address to another. */
export interface Half {
  readonly src: string | undefined;
  readonly dst: string | undefined;
  readonly port: number;
  readonly count: number;
}

/** What a host tells in one direction of all that goes to these ports, summed by where it goes. */
export async function told(
  exporter: Exporter,
  direction: 'outbound' | 'inbound',
  ports: readonly number[],
  metric = OPENED,
): Promise<Half[]> {
  const counts = new Map<string, number>();
  for (const { labels, value } of parseSeries(await exporter.metrics(), metric)) {
    if (labels.direction !== direction || !ports.includes(Number(labels.dst_port)) || value === 0) continue;
    const place = JSON.stringify([Number(labels.dst_port), labels.src_address, labels.dst_address]);
    counts.set(place, (counts.get(place) ?? 0) + value);
  }
  return [...counts].sort().map(([place, count]) => {
    const [port, src, dst] = JSON.parse(place);
    return { src, dst, port, count };
  });
}

/** Waits until who asks and who is asked tell exactly these, of all that goes to these ports. */
export async function bothTell(
  [asking, asked]: readonly [Exporter, Exporter],
  expected: readonly Half[],
  ports: readonly number[],
  metric = OPENED,
): Promise<void> {
  let last: unknown;
  const wanted = JSON.stringify({ outbound: expected, inbound: expected });
  await waitFor(
    async () => {
      const outbound = await told(asking, 'outbound', ports, metric);
      last = { outbound, inbound: await told(asked, 'inbound', ports, metric) };
      return JSON.stringify(last) === wanted || undefined;
    },
    () => `${wanted}; told were ${JSON.stringify(last)}; ${asking.running.stderr()}`,
    15_000,
  );
}
