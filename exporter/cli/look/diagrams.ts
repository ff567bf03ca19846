import { type Service, serviceKey } from '../joined/edge.ts';
import { countsText, failures, placeText, serviceText } from './edge-text.ts';
import type { Tree, TreeEdge } from './tree.ts';

/** The tree for Graphviz (https://graphviz.org/doc/info/lang.html): `dot -Tsvg`. */
export function dotText(tree: Tree): string {
  const { nodes, idOf } = nodesOf(tree);
  const roots = new Set(tree.start.roots.map(serviceKey));
  const lines = [
    'digraph dependencies {',
    '  rankdir=LR;',
    '  node [shape=box];',
    ...nodes.map((node) => {
      const style = roots.has(serviceKey(node)) ? ', style=bold' : '';
      return `  ${idOf(node)} [label=${dotString(serviceText(node))}${style}];`;
    }),
    ...tree.edges.map((branch) => {
      const { src, dst } = branch.edge;
      const colour = failures(branch.counts) > 0 ? ', color=red' : '';
      return `  ${idOf(src)} -> ${idOf(dst)} [label=${dotString(edgeLabel(branch))}${colour}];`;
    }),
    '}',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** A quoted string ends at a `"`; in a label a backslash begins an escape, and `&` a character of HTML. */
function dotString(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;')}"`;
}

/** The tree for Mermaid (https://mermaid.js.org/syntax/flowchart.html), as Markdown pages draw it. */
export function mermaidText(tree: Tree): string {
  const { nodes, idOf } = nodesOf(tree);
  const lines = [
    'flowchart LR',
    ...nodes.map((node) => `  ${idOf(node)}[${mermaidString(serviceText(node))}]`),
    ...tree.edges.map((branch) => {
      const { src, dst } = branch.edge;
      return `  ${idOf(src)} -->|${mermaidString(edgeLabel(branch))}| ${idOf(dst)}`;
    }),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Mermaid reads Markdown and HTML within quotes: whatever is no plain character is told by its number. */
function mermaidString(text: string): string {
  const plain = text.replace(/[^\p{L}\p{M}\p{N} ,.:/()_-]/gu, (character) => `#${character.codePointAt(0)};`);
  return `"${plain}"`;
}

function edgeLabel({ edge, counts }: TreeEdge): string {
  return `${placeText(edge)}, ${countsText(counts)}`;
}

/** Nodes have numbers: a name may be anything. */
function nodesOf({ start, edges }: Tree): { nodes: Service[]; idOf(service: Service): string } {
  const nodes = new Map<string, Service>();
  for (const service of [...start.roots, ...edges.flatMap(({ edge }) => [edge.src, edge.dst])])
    nodes.set(serviceKey(service), service);
  const ids = new Map([...nodes.keys()].map((key, index) => [key, `n${index}`]));
  return { nodes: [...nodes.values()], idOf: (service) => ids.get(serviceKey(service)) ?? '' };
}
