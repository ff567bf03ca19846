import type { Figures } from './half-edge.ts';
import type { JoinedEdge } from './joined-edge.ts';

/** What an end looked like in the range: details beyond its node's identity. */
export interface EndpointDetails {
  readonly addresses: readonly string[];
  readonly processes: readonly string[];
  readonly pids: readonly string[];
  /** The services it might be: reports differ, so none was chosen. */
  readonly candidates: readonly string[];
}

/**
 * A node of the graph.
 * `service`: a named service; `unknown`: an unnamed process on a known host; `external`: a peer without an
 * exporter, known by its address or name only; `host`, `site`: all that is there, as one.
 */
export interface GraphNode extends EndpointDetails {
  /** A JSON tuple: opaque, and never ambiguous whatever the names hold. */
  readonly key: string;
  readonly kind: 'service' | 'unknown' | 'external' | 'host' | 'site';
  /** Its name; '' where nobody knows one. */
  readonly title: string;
  readonly service: string;
  readonly host: string;
  readonly site: string;
  /** Keys of the nodes that are drawn as this one, where it is several. */
  readonly members: readonly string[];
  /** What is in it, where it is a group that the user has collapsed. */
  readonly collapsed?: readonly GraphNode[];
}

/**
 * What is remarkable about an edge, beside what was seen of it.
 * `idle`: it was there, but carried nothing in the range.
 * `new`, `vanished`, `changed`: against the range compared with; a vanished one is drawn, though it is gone.
 * `missing`: expected, but gone for longer than it may be; `unexpected`: seen, but neither expected nor allowed.
 * `alerting`: an alert fires for it at the end of the range; `alerted`: one did within the range.
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

/** An alert, as its series tells. */
export interface Alert {
  readonly name: string;
  /** `ended`: it fired within the range, and no longer at its end. */
  readonly state: 'firing' | 'pending' | 'ended';
  readonly severity: string;
}

/** One dependency: `source` depends on `target`, which listens on `port`, or '' where there is none. */
export interface GraphEdge {
  readonly key: string;
  readonly source: string;
  readonly target: string;
  readonly port: string;
  readonly transport: string;
  /** Else the two exchange traffic, and which depends on the other is not known. */
  readonly directed: boolean;
  readonly src: EndpointDetails;
  readonly dst: EndpointDetails;
  /** Nobody has seen what is told of by rules only. */
  readonly seenBy: JoinedEdge['seenBy'] | 'nobody';
  /** From the source's side: transmit is source to destination. */
  readonly figures: Figures;
  readonly atSource: Figures | undefined;
  readonly atDestination: Figures | undefined;
  readonly states: readonly EdgeState[];
  /** What it was in the range compared with, where it was there. */
  readonly previous?: Figures;
  /** What fires for it. */
  readonly alerts: readonly Alert[];
  /** The edges that are drawn as this one, where it is several. */
  readonly parts: readonly GraphEdge[];
}

/** The dependency graph, nodes and edges in a fixed order. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** A thing on the canvas, by its key. */
export interface GraphElement {
  readonly type: 'node' | 'edge' | 'group';
  readonly key: string;
}

/** The same text for the same nodes and edges, whatever their figures: while it holds, nothing moves. */
export const topologyKey = ({ nodes, edges }: Graph): string =>
  // Keys are JSON, in which no line ends: to quote tens of thousands of them once more takes long.
  [nodes.length, ...[...nodes, ...edges].map(({ key }) => key)].join('\n');
