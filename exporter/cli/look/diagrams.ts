import { type Service, serviceKey } from '../joined/edge.ts';
import { failures } from '../joined/failures.ts';
import { countsText, portText, serviceText } from './edge-text.ts';
import type { Tree, TreeEdge } from './tree.ts';

/** The tree for Graphviz (https://graphviz.org/doc/info/lang.html): `dot -Tsvg`. */
export function dotText(tree: Tree): string {
  const { nodes, idOf } = nodesOf(tree);
  const roots = new Set(tree.roots.services.map(serviceKey));
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
      const colour = failures(branch.counts.failed) > 0 ? ', color=red' : '';
      return `  ${idOf(src)} -> ${idOf(dst)} [label=${dotString(edgeLabel(branch))}${colour}];`;
    }),
    '}',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** `"` ends a quoted string; in a label, a backslash starts an escape and `&` an HTML entity. */
function dotString(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;')}"`;
}

/** The tree for Mermaid (https://mermaid.js.org/syntax/flowchart.html), which Markdown pages can contain. */
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

/** Mermaid interprets Markdown and HTML in quotes, so special characters are written as numeric entities. */
function mermaidString(text: string): string {
  const plain = text.replace(/[^\p{L}\p{M}\p{N} ,.:/()_-]/gu, (character) => `#${character.codePointAt(0)};`);
  return `"${plain}"`;
}

function edgeLabel({ edge, counts }: TreeEdge): string {
  return `${portText(edge)}, ${countsText(counts)}`;
}

/** Nodes are numbered, because names may contain anything. */
function nodesOf({ roots, edges }: Tree): { nodes: Service[]; idOf(service: Service): string } {
  const nodes = new Map<string, Service>();
  for (const service of [...roots.services, ...edges.flatMap(({ edge }) => [edge.src, edge.dst])])
    nodes.set(serviceKey(service), service);
  const ids = new Map([...nodes.keys()].map((key, index) => [key, `n${index}`]));
  return { nodes: [...nodes.values()], idOf: (service) => ids.get(serviceKey(service)) ?? '' };
}
