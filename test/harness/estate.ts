import type { Answered } from './fake-prometheus.ts';

/** One dependency as both of its ends report it. */
export interface Dependency {
  readonly from: string;
  readonly to: string;
  readonly port: string;
  readonly opened?: number;
  /** Connections that are open at the end of the range. */
  readonly open?: number;
  /** Bytes from source to destination. */
  readonly bytes?: number;
  /** What the destination has counted of them, where it is not the same. */
  readonly received?: number;
}

/** Where each service of the estate runs. */
export type Places = Readonly<Record<string, { readonly host: string; readonly site: string }>>;

/** Answers one of the dashboard's queries for a range with these dependencies. */
export function answerFor(
  query: string,
  dependencies: readonly Dependency[],
  places: Places,
  now = Date.now() / 1000,
): Answered[] {
  // Nobody has said what is to be there.
  if (/expected|allowed|missing/.test(query)) return [];
  const end = (side: 'src' | 'dst', service: string) => ({
    [`${side}_service`]: service,
    [`${side}_kind`]: 'service',
    [`${side}_host`]: places[service]?.host ?? '',
    [`${side}_site`]: places[service]?.site ?? '',
    [`${side}_address`]: `10.0.0.${Object.keys(places).indexOf(service) + 1}`,
  });
  return dependencies.flatMap((dependency) => {
    const { from, to, port, opened = 10, open = 1, bytes = 1000, received = bytes } = dependency;
    const shared = { network_transport: 'tcp', dst_port: port, ...end('src', from), ...end('dst', to) };
    return (['outbound', 'inbound'] as const).flatMap((direction): Answered[] => {
      const labels = { ...shared, direction };
      const isSource = direction === 'outbound';
      if (query.includes('io_bytes')) {
        const way = isSource ? 'transmit' : 'receive';
        return [{ labels: { ...labels, network_io_direction: way }, value: isSource ? bytes : received }];
      }
      if (query.includes('listen')) return [];
      if (query.includes('last_seen')) return [{ labels, value: now }];
      if (query.includes('opened')) return [{ labels, value: opened }];
      if (query.includes('active_connections')) return [{ labels, value: open }];
      return [];
    });
  });
}
