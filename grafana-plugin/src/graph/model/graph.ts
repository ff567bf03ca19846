import type { Figures } from './half-edge.ts';
import type { JoinedEdge } from './joined-edge.ts';

/** Details of an endpoint in the range, beyond the identity of its node. */
export interface EndpointDetails {
  readonly addresses: readonly string[];
  readonly processes: readonly string[];
  readonly pids: readonly string[];
  /** The possible services: reports differ, so none was chosen. */
  readonly candidates: readonly string[];
}

/**
 * A node of the graph.
 * `service`: a named service; `unknown`: an unnamed process on a known host; `external`: a peer without an
 * exporter, known only by its address or name; `unobserved`: a service that only rules name; `host`, `site`: all nodes of it, grouped.
 */
export interface GraphNode extends EndpointDetails {
  /** A JSON tuple: opaque, and unambiguous whatever the names contain. */
  readonly key: string;
  readonly kind: 'service' | 'unknown' | 'external' | 'unobserved' | 'host' | 'site';
  /** Its name; '' if unknown. */
  readonly title: string;
  readonly service: string;
  readonly host: string;
  readonly site: string;
  /** Keys of the nodes grouped into this node, if any. */
  readonly members: readonly string[];
  /** The nodes in it, if it is a group that the user has collapsed. */
  readonly collapsed?: readonly GraphNode[];
}

/**
 * What is notable about an edge.
 * `idle`: it exists, and it is known that it carried no traffic in the range.
 * `new`, `vanished`, `changed`: compared with the previous range; a vanished edge is still drawn.
 * `missing`: expected, but absent for longer than allowed; `unexpected`: observed, but neither expected nor allowed.
 * `alerting`: an alert fires for it at the end of the range; `alerted`: an alert fired earlier in the range.
 */
export type EdgeState =
  | 'idle'
  | 'new'
  | 'vanished'
  | 'changed'
  | 'missing'
  | 'unexpected'
  | 'alerted'
  | 'alerting';

export const EDGE_STATES: readonly EdgeState[] = [
  'idle',
  'new',
  'vanished',
  'changed',
  'missing',
  'unexpected',
  'alerted',
  'alerting',
];

/** An alert, from its series. */
export interface Alert {
  readonly name: string;
  /** `ended`: it fired within the range, and no longer fires at the end of the range. */
  readonly state: 'firing' | 'pending' | 'ended';
  readonly severity: string;
}

/** One dependency: `source` depends on `target`, which listens on `port`, or '' if there is no port. */
export interface GraphEdge {
  readonly key: string;
  readonly source: string;
  readonly target: string;
  readonly port: string;
  readonly transport: string;
  /** If false, the two exchange traffic, and which of them depends on the other is not known. */
  readonly directed: boolean;
  readonly src: EndpointDetails;
  readonly dst: EndpointDetails;
  /** `none`: only rules name it; `unknown`: the recorded series does not contain which endpoint reported it. */
  readonly seenBy: NonNullable<JoinedEdge['seenBy']> | 'none' | 'unknown';
  /** From the source's side: transmit is source to destination. */
  readonly figures: Figures;
  readonly atSource: Figures | undefined;
  readonly atDestination: Figures | undefined;
  /** The figures of recorded series. */
  readonly recorded?: Figures;
  readonly states: readonly EdgeState[];
  /** Its figures in the previous range, if it existed then. */
  readonly previous?: Figures;
  /** Alerts that name it. */
  readonly alerts: readonly Alert[];
  /** The edges merged into this edge, if any. */
  readonly parts: readonly GraphEdge[];
}

/** The dependency graph, nodes and edges in a fixed order. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** An element of the drawing, by its key. */
export interface GraphElement {
  readonly type: 'node' | 'edge' | 'group';
  readonly key: string;
}

/** Identifies the nodes and edges, whatever their figures: while it is the same, the layout stays. */
export const topologyKey = ({ nodes, edges }: Graph): string =>
  // Keys are JSON without line breaks. Quoting tens of thousands of them again would be slow.
  [nodes.length, ...[...nodes, ...edges].map(({ key }) => key)].join('\n');
