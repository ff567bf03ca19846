import type { Graph, GraphEdge, GraphNode } from './graph.ts';
import { serviceMap } from './layout/service-map.fixture.ts';

const NOBODY = { addresses: [], processes: [], pids: [], candidates: [] };

/** A graph of instances, twenty services on each host, fifty hosts at each site. */
export function largeGraph(nodes: number, edges: number): Graph {
  const map = serviceMap(nodes, edges);
  return {
    nodes: map.nodes.map((key, i): GraphNode => {
      const service = `service-${i % 211}`;
      const host = `host-${Math.floor(i / 20)}`;
      const site = `site-${Math.floor(i / 1000)}`;
      return { ...NOBODY, key, kind: 'service', title: service, service, host, site, members: [] };
    }),
    edges: map.edges.map(
      ({ source, target }, i): GraphEdge => ({
        key: `e${i}`,
        source,
        target,
        port: `${8000 + (i % 9)}`,
        transport: 'tcp',
        directed: true,
        src: NOBODY,
        dst: NOBODY,
        seenBy: i % 5 > 0 ? 'both' : 'source',
        figures: { opened: i % 100, transmit: i, receive: 10 * i, rtt: i / 1e6, lastSeen: i },
        atSource: { opened: i % 100 },
        atDestination: undefined,
        states: [],
        alerts: [],
        parts: [],
      }),
    ),
  };
}
