import { legible } from '../graph/display/legible.ts';
import { bytesOf } from '../graph/figures.ts';
import type { GraphEdge, GraphNode } from '../graph/graph.ts';
import type { Formatters } from './formatters.ts';
import type { PanelOptions } from './options.ts';

/** A node's name as shown. */
export const titleOf = (node: GraphNode): string => legible(node.title);

/** What the text under a node's title says. */
export const subtitleOf = (node: GraphNode, nodeText: PanelOptions['nodeText']): string =>
  legible(placeOf(node, nodeText));

function placeOf(node: GraphNode, nodeText: PanelOptions['nodeText']): string {
  const { host, processes, pids, addresses, service } = node;
  if (node.kind === 'external')
    return host || (service === '' ? 'no exporter' : addresses.join(', ')) || 'no exporter';
  if (nodeText === 'process')
    return [processes.join(', '), pids.join(', ')].filter(Boolean).join(' · ') || host;
  if (nodeText === 'address') return addresses.join(', ') || host;
  return host;
}

/** What is written on an edge. */
export function labelOf(edge: GraphEdge, label: PanelOptions['edgeLabel'], format: Formatters): string {
  if (label === 'none') return '';
  const bytes = bytesOf(edge.figures);
  const { opened } = edge.figures;
  const volume =
    label === 'bytes' && bytes !== undefined
      ? format.bytes(bytes)
      : label === 'connections' && opened !== undefined
        ? `${format.count(opened)} conn`
        : '';
  return [portOf(edge), volume].filter(Boolean).join(' · ');
}

/** `:443`; transports other than TCP are named: `:53/udp`. */
export const portOf = ({ port, transport }: GraphEdge): string =>
  (port === '' ? '' : `:${port}`) + (transport === 'tcp' || transport === '' ? '' : `/${transport}`);
