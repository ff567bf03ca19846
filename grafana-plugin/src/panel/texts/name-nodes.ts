import { t } from '@grafana/i18n';
import type { Graph, GraphNode } from '../../graph/graph.ts';

/** Gives the nodes whose name nobody knows a word for one, so that all that is made of the graph has it. */
export const nameNodes = (graph: Graph): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node) => (node.title === '' ? { ...node, title: wordFor(node) } : node)),
});

function wordFor({ kind, members }: GraphNode): string {
  if (kind === 'unknown') return t('nameless.process', 'unknown process');
  return members.length > 0 ? t('nameless.peers', 'external peers') : t('nameless.peer', 'unknown peer');
}
