import { isLoopback } from '../../exporter/src/net/address.ts';
import type { Exporter } from './exporter.ts';
import { parseSeries } from './text-page.ts';

type Labels = Readonly<Record<string, string>>;

/** A dependency as the halves of several hosts tell it together. */
export interface JoinedEdge {
  readonly src: string | undefined;
  readonly dst: string | undefined;
  readonly dstKind: string | undefined;
  readonly dstHost: string | undefined;
  readonly dstPid: string | undefined;
  readonly at: string;
  /** Connections opened, by the source's count where it tells. */
  readonly opened: number;
}

/**
 * Joins halves by the plain key (source and destination address, port, transport), as any store can. The source's
 * half goes before the destination's; what it does not know of that end is told by its half, or by who listens
 * there. Only edges of `services`, at either end, are told.
 */
export async function joinEdges(
  exporters: readonly Exporter[],
  services: readonly string[],
): Promise<JoinedEdge[]> {
  const pages = await Promise.all(exporters.map((exporter) => exporter.metrics()));
  const seriesOf = (metric: string) => pages.flatMap((page) => parseSeries(page, metric));
  const halves = seriesOf('service_dependency_connection_opened_total');
  const listening = new Map(
    seriesOf('service_dependency_listen').map(({ labels }) => [placeOf(labels), labels] as const),
  );
  const outbound = halves.filter(({ labels }) => labels.direction === 'outbound');
  const inbound = halves.filter(({ labels }) => labels.direction === 'inbound');
  const asked = new Set(outbound.map(({ labels }) => keyOf(labels)));
  const answered = new Map(inbound.map(({ labels }) => [keyOf(labels), labels] as const));

  const edges = [...outbound, ...inbound.filter(({ labels }) => !asked.has(keyOf(labels)))].map(
    ({ labels, value }): JoinedEdge => {
      const known = [labels, answered.get(keyOf(labels)), listening.get(placeOf(labels))];
      const named = known.find((one) => one?.dst_service !== undefined) ?? labels;
      return {
        src: labels.src_service,
        dst: named.dst_service,
        dstKind: named.dst_kind,
        dstHost: named.dst_host,
        dstPid: named.dst_pid,
        at: `${labels.dst_address}:${labels.dst_port}`,
        opened: value,
      };
    },
  );
  return edges.filter(({ src, dst }) => services.some((service) => service === src || service === dst));
}

/** What the halves of an edge have in common. Loopback is another place on every host. */
function keyOf(labels: Labels): string {
  return JSON.stringify([labels.src_address, placeOf(labels)]);
}

function placeOf({ network_transport, dst_address = '', dst_port, dst_host, src_host }: Labels): string {
  const host = isLoopback(dst_address) ? (dst_host ?? src_host) : '';
  return JSON.stringify([network_transport, dst_address, dst_port, host]);
}
