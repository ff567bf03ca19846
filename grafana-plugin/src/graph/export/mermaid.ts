import { shortName } from '../display/text/shorten.ts';
import { edgeRows } from '../model/edge-rows.ts';
import type { EdgeState, Graph, GraphEdge, GraphNode } from '../model/graph.ts';

/**
 * Exports the graph as a Mermaid flowchart. Names are escaped by "Entity codes to escape characters" of its syntax.
 *
 * @param wordFor the word for a state in the language of the user
 */
export function toMermaid(graph: Graph, wordFor: (state: EdgeState) => string): string {
  const id = new Map(graph.nodes.map(({ key }, i) => [key, `n${i}`]));
  return [
    'flowchart LR',
    ...graph.nodes.map((node) => `  ${id.get(node.key)}["${quote(nodeText(node))}"]`),
    ...edgeRows(graph).map(({ edge, source, target }) => {
      const label = quote(edgeText(edge, wordFor));
      return `  ${id.get(source.key)} ${arrow(edge)}${label && `|"${label}"|`} ${id.get(target.key)}`;
    }),
    '',
  ].join('\n');
}

function arrow({ directed, seenBy, states }: GraphEdge): string {
  const isAbsent = seenBy === 'none' || states.includes('vanished') || states.includes('missing');
  if (isAbsent) return directed ? '-.->' : '-.-';
  return directed ? '-->' : '---';
}

const nodeText = ({ title, host }: GraphNode): string =>
  host === '' || host === title ? shortName(title) : `${shortName(title)} @ ${shortName(host)}`;

const edgeText = ({ port, transport, states }: GraphEdge, wordFor: (state: EdgeState) => string): string =>
  [[port, transport].filter(Boolean).join('/'), ...states.map(wordFor)].filter(Boolean).join(' ');

/** Escapes every character with a meaning in Mermaid, Markdown or HTML as an entity code. */
const quote = (text: string): string =>
  text.replace(/[^\p{L}\p{N} .:/@_,…\uFFFD\u2068\u2069-]/gu, (letter) => `#${letter.codePointAt(0)};`);
