import type { Graph } from '../model/graph.ts';

/** Exports the graph as JSON: nodes by ID, edges between IDs; figures are in seconds and bytes. */
export function toJson({ nodes, edges }: Graph): string {
  const document = {
    format: 'musubi-graph',
    version: 1,
    nodes: nodes.map(({ key, ...node }) => ({ id: key, ...node })),
    edges: edges.map(({ key, parts, ...edge }) => ({
      id: key,
      ...edge,
      ...(parts.length > 0 && { parts: parts.map((part) => part.key) }),
    })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
