import { bytesOf } from '../model/figures.ts';
import { EDGE_STATES, type GraphEdge, type GraphNode } from '../model/graph.ts';
import type { Figures } from '../model/half-edge.ts';

/** A text field of a node, searched by substring or, if `whole`, by its whole value. */
export interface NodeField {
  readonly of: 'node';
  readonly whole: boolean;
  readonly texts: (node: GraphNode) => readonly string[];
}

/** A text field of an edge; `values` are its possible values, if they are few. */
export interface EdgeField {
  readonly of: 'edge';
  readonly whole: boolean;
  readonly values?: readonly string[];
  readonly texts: (edge: GraphEdge) => readonly string[];
}

/** A numeric field of an edge, in `unit`. */
export interface NumberField {
  readonly of: 'number';
  readonly unit: 'count' | 'bytes' | 'seconds';
  readonly number: (edge: GraphEdge) => number | undefined;
}

const TEXT_OF_NODE = {
  service: (node) => [node.service, ...node.candidates],
  site: (node) => [node.site],
  host: (node) => [node.host],
  process: (node) => node.processes,
  address: (node) => node.addresses,
} satisfies Record<string, NodeField['texts']>;

const figure = (name: keyof Figures, unit: NumberField['unit']): NumberField => ({
  of: 'number',
  unit,
  number: ({ figures }) => figures[name],
});

/** All fields that a query can name. */
export const FIELDS: Readonly<Record<string, NodeField | EdgeField | NumberField>> = {
  ...Object.fromEntries(
    Object.entries(TEXT_OF_NODE).map(([name, texts]) => [name, { of: 'node', whole: false, texts } as const]),
  ),
  pid: { of: 'node', whole: true, texts: ({ pids }) => pids },
  port: { of: 'edge', whole: true, texts: ({ port }) => [port] },
  transport: { of: 'edge', whole: true, texts: ({ transport }) => [transport] },
  state: { of: 'edge', whole: true, values: EDGE_STATES, texts: ({ states }) => states },
  seen: {
    of: 'edge',
    whole: true,
    values: ['source', 'destination', 'both', 'none', 'unknown'],
    texts: ({ seenBy }) => [seenBy],
  },
  opened: figure('opened', 'count'),
  failed: figure('failed', 'count'),
  open: figure('open', 'count'),
  rtt: figure('rtt', 'seconds'),
  sent: figure('transmit', 'bytes'),
  received: figure('receive', 'bytes'),
  bytes: { of: 'number', unit: 'bytes', number: ({ figures }) => bytesOf(figures) },
};

/** All texts in which a bare word is searched. */
export const anyText = (node: GraphNode): readonly string[] => [
  node.title,
  ...Object.values(TEXT_OF_NODE).flatMap((texts) => texts(node)),
];
