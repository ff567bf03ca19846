import { largeGraph } from '../../grafana-plugin/src/graph/fixtures/large-graph.fixture.ts';
import type { Answered } from './fake-prometheus.ts';

/** Responds to a dashboard query; the same response for the same round. */
export type Estate = (query: string, round?: number) => readonly Answered[];

/**
 * A synthetic estate of so many services, twenty on each host and fifty hosts at each site. The sources report each
 * dependency: its last use, connections and bytes. Figures change from round to round.
 */
export function largeEstate(nodes: number, edges: number): Estate {
  const graph = largeGraph(nodes, edges);
  const ends = new Map(
    graph.nodes.map(({ key, service, host, site }, i) => {
      const address = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
      return [key, { service: `${service}-${i}`, host, site, address }];
    }),
  );
  const end = (side: 'src' | 'dst', key: string) =>
    Object.entries(ends.get(key) ?? {}).map(([name, value]) => [`${side}_${name}`, value] as const);
  const all = graph.edges.map(({ source, target, port }) =>
    Object.fromEntries([
      ['direction', 'outbound'],
      ['network_transport', 'tcp'],
      ['dst_port', port],
      ...end('src', source),
      ...end('dst', target),
    ]),
  );
  return (query, round = 0) => {
    // Queries for another range, failures, rules, alerts and variables return nothing.
    if (!/dependency_(last_seen|io_bytes|connection_opened|active_connections)/.test(query)) return [];
    if (/\[\d+s\] offset|label_replace/.test(query)) return [];
    if (query.includes('io_bytes')) {
      return all.map((labels, i) => ({
        labels: { ...labels, network_io_direction: 'transmit' },
        value: 1000 * ((i * 7919) % 10_007) + round,
      }));
    }
    if (query.includes('last_seen')) return all.map((labels) => ({ labels, value: 1_800_000_000 + round }));
    return all.map((labels, i) => ({ labels, value: 1 + ((i + round) % 100) }));
  };
}
