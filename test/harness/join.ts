import { isLoopback } from '../../exporter/agent/net/address.ts';
import type { Exporter } from './exporter.ts';
import { parseSeries } from './text-page.ts';

type Labels = Readonly<Record<string, string>>;

/** A dependency joined from the half-edges of several hosts. */
export interface JoinedEdge {
  readonly src: string | undefined;
  readonly srcHost: string | undefined;
  readonly dst: string | undefined;
  readonly dstKind: string | undefined;
  readonly dstHost: string | undefined;
  readonly dstPid: string | undefined;
  /** `ADDRESS:PORT`, as the source knows the destination. */
  readonly at: string;
  /** Opened connections, by the source's count if there is one. */
  readonly opened: number;
}

/**
 * Joins half-edges by their key (source and destination address, port, transport), as any store can. The source's
 * half-edge takes precedence over the destination's, and listeners name destinations without a name. Only edges to one
 * of `ports` are returned. The exporters' hosts are namespaces of one machine: what one sees of another's is removed.
 */
export async function joinEdges(
  exporters: readonly Exporter[],
  ports: readonly number[],
): Promise<JoinedEdge[]> {
  const pages = await Promise.all(
    exporters.map(async (exporter) => {
      const others = exporters.filter((one) => one !== exporter).map(({ host }) => host);
      const isOfOther = (address: string | undefined) =>
        others.some((host) => host.address === address || host.address6 === address);
      return { text: await exporter.metrics(), isOfOther };
    }),
  );
  const labelsOf = (metric: string) =>
    pages.flatMap(({ text, isOfOther }) =>
      parseSeries(text, metric).filter(
        ({ labels }) =>
          ports.includes(Number(labels.dst_port)) &&
          !isOfOther(labels.direction === 'outbound' ? labels.src_address : labels.dst_address),
      ),
    );
  const halves = labelsOf('service_dependency_connection_opened_total');
  const outbound = halves.filter(({ labels }) => labels.direction === 'outbound');
  const inbound = halves.filter(({ labels }) => labels.direction === 'inbound');
  const destinations = new Set(outbound.map(({ labels }) => keyOf(labels)));
  const answered = new Map(inbound.map(({ labels }) => [keyOf(labels), labels]));
  const listening = new Map(
    labelsOf('service_dependency_listen').map(({ labels }) => [placeOf(labels), labels]),
  );

  return [...outbound, ...inbound.filter(({ labels }) => !destinations.has(keyOf(labels)))].map(
    ({ labels, value }) => {
      const known = [labels, answered.get(keyOf(labels)), listening.get(placeOf(labels))];
      const named = known.find((one) => one?.dst_service !== undefined) ?? labels;
      return {
        src: labels.src_service,
        srcHost: labels.src_host,
        dst: named.dst_service,
        dstKind: named.dst_kind,
        dstHost: named.dst_host,
        dstPid: named.dst_pid,
        at: `${labels.dst_address}:${labels.dst_port}`,
        opened: value,
      };
    },
  );
}

/** The attributes that both half-edges of an edge share. */
function keyOf(labels: Labels): string {
  return JSON.stringify([labels.src_address, placeOf(labels)]);
}

/** Loopback is a different address on every host. */
function placeOf({ network_transport, dst_address = '', dst_port, dst_host, src_host }: Labels): string {
  const host = isLoopback(dst_address) ? (dst_host ?? src_host) : undefined;
  return JSON.stringify([network_transport, dst_address, dst_port, host]);
}
