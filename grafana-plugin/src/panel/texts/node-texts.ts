import { t } from '@grafana/i18n';
import { PORT_CLASSES } from '@musubi/contract/port';
import { legible } from '../../graph/display/text/legible.ts';
import { shortName } from '../../graph/display/text/shorten.ts';
import { bytesOf } from '../../graph/model/figures.ts';
import type { Graph, GraphEdge, GraphNode } from '../../graph/model/graph.ts';
import type { Formatters } from './formatters.ts';
import { shortStateText, signText } from './state-looks.ts';

/** The texts that an edge can have as its label. */
export const EDGE_LABELS = ['bytes', 'connections', 'port', 'none'] as const;
export type EdgeLabel = (typeof EDGE_LABELS)[number];

/** The texts that can be below the name of a node. */
export const NODE_TEXTS = ['host', 'process', 'address'] as const;
export type NodeText = (typeof NODE_TEXTS)[number];

/** Gives unnamed nodes a generic name, used in the drawing, the table and exports alike. */
export const nameNodes = (graph: Graph): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node) => (node.title === '' ? { ...node, title: wordFor(node) } : node)),
});

function wordFor({ kind, members }: GraphNode): string {
  if (kind === 'unknown') return t('unnamed.process', 'unknown process');
  return members.length > 0 ? t('unnamed.peers', 'external peers') : t('unnamed.peer', 'unknown peer');
}

/** A node's name as shown. */
export const titleOf = (node: GraphNode): string => legible(node.title);

/** A node's name, and the host where it is. */
export const titleAtHost = (node: GraphNode): string =>
  [titleOf(node), node.kind === 'host' ? '' : legible(node.host)].filter(Boolean).join(' · ');

/** The text below a node's title. */
export const subtitleOf = (node: GraphNode, nodeText: NodeText): string => legible(detailOf(node, nodeText));

/** The number and kind of members of a node that represents several. */
function membersOf({ kind, members: { length }, collapsed }: GraphNode): string {
  if (collapsed?.every((node) => node.kind === 'host')) {
    return length === 1 ? t('members.host', '1 host') : t('members.hosts', '{{length}} hosts', { length });
  }
  switch (kind) {
    case 'site':
    case 'host':
      return length === 1
        ? t('members.service', '1 service')
        : t('members.services', '{{length}} services', { length });
    case 'service':
      return length === 1
        ? t('members.instance', '1 instance')
        : t('members.instances', '{{length}} instances', { length });
    case 'unobserved':
      return t('node.unobserved', 'not observed');
    case 'unknown':
      return length === 1
        ? t('members.process', '1 process')
        : t('members.processes', '{{length}} processes', { length });
    case 'external':
      return length === 1 ? t('members.peer', '1 peer') : t('members.peers', '{{length}} peers', { length });
  }
}

function detailOf(node: GraphNode, nodeText: NodeText): string {
  const { host, processes, pids, addresses, service, kind, members } = node;
  if (kind === 'unobserved') return t('node.unobserved', 'not observed');
  if (node.collapsed || (members.length > 0 && nodeText === 'host')) return membersOf(node);
  if (kind === 'external') {
    return host || (service === '' ? '' : addresses.join(', ')) || t('node.no-exporter', 'no exporter');
  }
  if (nodeText === 'process')
    return [processes.join(', '), pids.join(', ')].filter(Boolean).join(' · ') || host;
  if (nodeText === 'address') return addresses.join(', ') || host;
  return host;
}

/** The label of an edge, then shorter versions for less space: its state as a word, or its sign alone. */
export function labelsOf(edge: GraphEdge, label: EdgeLabel, format: Formatters): readonly string[] {
  const state = shortStateText(edge.states);
  const whole =
    label === 'none' ? state : [state, portAndVolume(edge, label, format)].filter(Boolean).join(' · ');
  return [whole, state, signText(edge.states)].filter(Boolean);
}

function portAndVolume(edge: GraphEdge, label: EdgeLabel, format: Formatters): string {
  const bytes = bytesOf(edge.figures);
  const { opened } = edge.figures;
  const volume =
    label === 'bytes' && bytes !== undefined
      ? format.text('bytes', bytes)
      : label === 'connections' && opened !== undefined
        ? `${format.text('opened', opened)} ${format.name('opened') ?? t('edge.connections', 'conn')}`
        : '';
  return [portOf(edge), volume].filter(Boolean).join(' · ');
}

/** `:443`, or a class of ports: `many ports`. Transports other than TCP are named: `:53/udp`, `unix`. */
export function portOf(edge: GraphEdge): string {
  const port = classText(edge.port) ?? (edge.port === '' ? '' : `:${shortName(edge.port)}`);
  const other = edge.transport === 'tcp' ? '' : shortName(edge.transport);
  return [port, other].filter(Boolean).join('/');
}

/** The text of a class of ports; undefined if it is a port. */
const classText = (port: string): string | undefined =>
  (PORT_CLASSES as readonly string[]).includes(port)
    ? t('endpoint.port-class', '{{port}} ports', { port })
    : undefined;

/** Where the destination listens: its port, or the names of its Unix sockets. */
export const listenerOf = ({ port, transport, dst }: GraphEdge): string =>
  legible(transport === 'unix' ? dst.addresses.join(', ') : (classText(port) ?? port));

/** `web → api`; `a — b` where the direction is not known. */
export const pairOf = (edge: GraphEdge, source: GraphNode, target: GraphNode): string =>
  `${titleOf(source)} ${edge.directed ? '→' : '—'} ${titleOf(target)}`;
