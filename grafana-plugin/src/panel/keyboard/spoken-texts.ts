import { t } from '@grafana/i18n';
import { shortName } from '../../graph/display/text/shorten.ts';
import { countStates, STATES_BY_WEIGHT } from '../../graph/model/edge-states.ts';
import type { Graph, GraphEdge, GraphNode } from '../../graph/model/graph.ts';
import { edgesOf } from '../../graph/navigate/links-of.ts';
import { STATE_LOOKS } from '../texts/state-looks.ts';
import { UNESCAPED } from '../texts/unescaped.ts';

/** The announcement of a node: `api on back-1, used by 2, depends on 3, 1 failing, 1 new`. */
export function spokenNode(graph: Graph, node: GraphNode): string {
  const edges = edgesOf(graph, node.key);
  const others = (wanted: (edge: GraphEdge) => boolean) =>
    new Set(edges.filter(wanted).map(({ source, target }) => (source === node.key ? target : source))).size;
  const dependents = others((edge) => edge.directed && edge.target === node.key);
  const dependencies = others((edge) => edge.directed && edge.source === node.key);
  const undirected = others((edge) => !edge.directed);
  const { host, title } = node;
  return [
    host === '' || host === title
      ? shortName(title)
      : t('spoken.node', '{{name}} on {{host}}', {
          name: shortName(title),
          host: shortName(host),
          ...UNESCAPED,
        }),
    dependents > 0 && t('spoken.used-by', 'used by {{peers}}', { peers: dependents }),
    dependencies > 0 && t('spoken.depends-on', 'depends on {{peers}}', { peers: dependencies }),
    undirected > 0 && t('spoken.exchanges', 'exchanges traffic with {{peers}}', { peers: undirected }),
    ...spokenStates(edges),
  ]
    .filter(Boolean)
    .join(', ');
}

/** The announcement of an edge, with its label: `api depends on db, :5432 · 4 KiB, alerting`. */
export function spokenEdge(graph: Graph, edge: GraphEdge, text: string): string {
  const nameOf = (key: string) => shortName(graph.nodes.find((node) => node.key === key)?.title ?? '');
  const names = { source: nameOf(edge.source), target: nameOf(edge.target), ...UNESCAPED };
  return [
    edge.directed
      ? t('spoken.edge', '{{source}} depends on {{target}}', names)
      : t('spoken.undirected', '{{source}} exchanges traffic with {{target}}', names),
    text,
    ...edge.states.map((state) => STATE_LOOKS[state].word()),
  ]
    .filter(Boolean)
    .join(', ');
}

/** The announcement of the whole graph, made whenever it changes. */
export const spokenGraph = ({ nodes, edges }: Graph): string =>
  [
    t('spoken.shown', 'Shown: {{nodes}} nodes, {{edges}} dependencies', {
      nodes: nodes.length,
      edges: edges.length,
    }),
    ...spokenStates(edges),
  ].join(', ');

/** How many edges fail, and how many have each state. */
function spokenStates(edges: readonly GraphEdge[]): string[] {
  const counts = countStates(edges);
  const failing = edges.filter(({ figures }) => (figures.failed ?? 0) > 0).length;
  return [
    ...(failing > 0 ? [t('spoken.failing', '{{edges}} failing', { edges: failing })] : []),
    ...STATES_BY_WEIGHT.flatMap((state) => {
      const number = counts.get(state);
      return number ? [`${number} ${STATE_LOOKS[state].word()}`] : [];
    }),
  ];
}
