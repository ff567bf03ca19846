import { RECORDED } from '@musubi/contract/recorded-series';
import type { Answered } from './fake-prometheus.ts';

/** One dependency, as both of its endpoints report it. */
export interface Dependency {
  readonly from: string;
  readonly to: string;
  readonly port: string;
  readonly opened?: number;
  /** Connections that are open at the end of the range. */
  readonly open?: number;
  /** Bytes from source to destination. */
  readonly bytes?: number;
  /** The destination's counts, if they differ. */
  readonly received?: number;
}

/** The host and site of each service. */
export type ServiceLocations = Readonly<Record<string, { readonly host: string; readonly site: string }>>;

/**
 * Responds to a dashboard query for a range with these dependencies: as the rules record them, and with the half-edges of
 * both endpoints.
 */
export function answerFor(
  query: string,
  dependencies: readonly Dependency[],
  locations: ServiceLocations,
  now = Date.now() / 1000,
): Answered[] {
  // There are no expectations, and the whole range is recorded.
  if (/expected|allowed|vanished|evaluation_timestamp|ALERTS/.test(query)) return [];
  const endpointLabels = (side: 'src' | 'dst', service: string) => ({
    [`${side}_service`]: service,
    [`${side}_kind`]: 'service',
    [`${side}_host`]: locations[service]?.host ?? '',
    [`${side}_site`]: locations[service]?.site ?? '',
    [`${side}_address`]: `10.0.0.${Object.keys(locations).indexOf(service) + 1}`,
  });
  return dependencies.flatMap((dependency) => {
    const { from, to, port, opened = 10, open = 1, bytes = 1000, received = bytes } = dependency;
    const shared = {
      network_transport: 'tcp',
      dst_port: port,
      ...endpointLabels('src', from),
      ...endpointLabels('dst', to),
    };
    const recorded = (value: number): Answered[] => [{ labels: shared, value }];
    if (query.includes('connections_opened')) return recorded(opened);
    if (query.includes('connections_failed')) return recorded(0);
    if (query.includes(RECORDED.edgeActiveConnections)) return recorded(open);
    if (query.includes(RECORDED.edgeLastSeen))
      return [{ labels: { ...shared, observer: 'both' }, value: now }];
    return (['outbound', 'inbound'] as const).flatMap((direction): Answered[] => {
      const labels = { ...shared, direction };
      const isSource = direction === 'outbound';
      if (query.includes('io_bytes')) {
        const ioDirection = isSource ? 'transmit' : 'receive';
        return [
          { labels: { ...labels, network_io_direction: ioDirection }, value: isSource ? bytes : received },
        ];
      }
      return [];
    });
  });
}
