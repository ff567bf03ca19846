import { largeGraph } from '../../grafana-plugin/src/graph/fixtures/large-graph.fixture.ts';
import type { Answered } from './fake-prometheus.ts';

/** Responds to a dashboard query; the same response for the same round. */
export type Estate = (query: string, round?: number) => readonly Answered[];

/**
 * A synthetic estate of so many services, twenty on each host and fifty hosts at each site, as the rules record it: the
 * last use of each dependency and its connections; bytes by the half-edges of the sources. Figures change from round to
 * round.
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
      ['network_transport', 'tcp'],
      ['dst_port', port],
      ...end('src', source),
      ...end('dst', target),
    ]),
  );
  return (query, round = 0) => {
    // Queries for another range, failures, rules, alerts and variables return nothing.
    if (!/io_bytes|musubi:edge:(last_seen|connections_opened|active_connections)/.test(query)) return [];
    if (/label_replace|connections_failed/.test(query)) return [];
    if (query.includes('io_bytes')) {
      return all.map((labels, i) => ({
        labels: { ...labels, direction: 'outbound', network_io_direction: 'transmit' },
        value: 1000 * ((i * 7919) % 10_007) + round,
      }));
    }
    if (/connections_opened|active_connections/.test(query))
      return all.map((labels, i) => ({ labels, value: 1 + ((i + round) % 100) }));
    return all.map((labels) => ({ labels: { ...labels, observer: 'source' }, value: 1_800_000_000 + round }));
  };
}
