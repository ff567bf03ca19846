import { legible } from '../graph/display/legible.ts';
import { bytesOf } from '../graph/figures.ts';
import type { GraphEdge, GraphNode } from '../graph/graph.ts';
import type { Formatters } from './formatters.ts';
import type { PanelOptions } from './options.ts';
import { shortStateText } from './state-looks.ts';

/** A node's name as shown. */
export const titleOf = (node: GraphNode): string => legible(node.title);

/** What the text under a node's title says. */
export const subtitleOf = (node: GraphNode, nodeText: PanelOptions['nodeText']): string =>
  legible(detailOf(node, nodeText));

/** What the members of a node are, where it stands for several. */
const MEMBERS: Record<GraphNode['kind'], string> = {
  site: 'service',
  host: 'service',
  service: 'instance',
  unknown: 'process',
  external: 'peer',
};

function detailOf(node: GraphNode, nodeText: PanelOptions['nodeText']): string {
  const { host, processes, pids, addresses, service, kind, members } = node;
  if (members.length > 0 && nodeText === 'host') {
    return `${members.length} ${MEMBERS[kind]}${members.length === 1 ? '' : kind === 'unknown' ? 'es' : 's'}`;
  }
  if (node.kind === 'external')
    return host || (service === '' ? 'no exporter' : addresses.join(', ')) || 'no exporter';
  if (nodeText === 'process')
    return [processes.join(', '), pids.join(', ')].filter(Boolean).join(' · ') || host;
  if (nodeText === 'address') return addresses.join(', ') || host;
  return host;
}

/** What is written on an edge. */
export function labelOf(edge: GraphEdge, label: PanelOptions['edgeLabel'], format: Formatters): string {
  const state = shortStateText(edge.states);
  if (label === 'none') return state;
  const bytes = bytesOf(edge.figures);
  const { opened } = edge.figures;
  const volume =
    label === 'bytes' && bytes !== undefined
      ? format.bytes(bytes)
      : label === 'connections' && opened !== undefined
        ? `${format.count(opened)} conn`
        : '';
  return [state, portOf(edge), volume].filter(Boolean).join(' · ');
}

/** `:443`; transports other than TCP are named: `:53/udp`, `unix`. */
export function portOf({ port, transport }: GraphEdge): string {
  const other = transport === 'tcp' ? '' : transport;
  if (port === '') return other;
  return other === '' ? `:${port}` : `:${port}/${other}`;
}

/** Where the destination listens: its port, or the names of its Unix sockets. */
export const placeOf = ({ port, transport, dst }: GraphEdge): string =>
  transport === 'unix' ? legible(dst.addresses.join(', ')) : port;

/** `web → api`; `a — b` where the direction is not known. */
export const pairOf = (edge: GraphEdge, source: GraphNode, target: GraphNode): string =>
  `${titleOf(source)} ${edge.directed ? '→' : '—'} ${titleOf(target)}`;
