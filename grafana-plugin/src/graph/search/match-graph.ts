import type { Graph, GraphEdge, GraphNode } from '../model/graph.ts';
import { anyText } from './fields.ts';
import type { Comparison, SearchQuery } from './query.ts';

/** Keys of the nodes and edges that match a query. */
export interface SearchMatches {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
}

/** A node with its edges, or an edge with its nodes, to match against a query. */
interface Candidate {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

const COMPARE: Record<Comparison, (a: number, b: number) => boolean> = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '=': (a, b) => a === b,
};

/**
 * Finds the nodes and edges that match a query. An edge matches by itself or its nodes, a node by itself or its edges.
 */
export function matchGraph(graph: Graph, query: SearchQuery): SearchMatches {
  const nodes = new Map(graph.nodes.map((node) => [node.key, node]));
  const edgesOf = new Map<string, GraphEdge[]>(graph.nodes.map(({ key }) => [key, []]));
  for (const edge of graph.edges) {
    edgesOf.get(edge.source)?.push(edge);
    if (edge.target !== edge.source) edgesOf.get(edge.target)?.push(edge);
  }
  const isMatch = (candidate: Candidate) => matches(candidate, query, nodes);
  return {
    nodes: new Set(
      graph.nodes
        .filter((node) => isMatch({ nodes: [node], edges: edgesOf.get(node.key) ?? [] }))
        .map(({ key }) => key),
    ),
    edges: new Set(
      graph.edges
        .filter((edge) => isMatch({ nodes: nodesOf(edge, nodes), edges: [edge] }))
        .map(({ key }) => key),
    ),
  };
}

const nodesOf = ({ source, target }: GraphEdge, nodes: ReadonlyMap<string, GraphNode>): GraphNode[] =>
  [source, target].flatMap((key) => nodes.get(key) ?? []);

function matches(candidate: Candidate, query: SearchQuery, nodes: ReadonlyMap<string, GraphNode>): boolean {
  switch (query.type) {
    case 'all':
      return query.parts.every((part) => matches(candidate, part, nodes));
    case 'any':
      return query.parts.some((part) => matches(candidate, part, nodes));
    case 'not':
      return !matches(candidate, query.part, nodes);
    case 'word':
      return candidate.nodes.some((node) => hasPart(anyText(node), query.text));
    case 'end':
      return candidate.edges.some((edge) => {
        const node = nodes.get(edge[query.end]);
        return node !== undefined && hasPart(anyText(node), query.text);
      });
    case 'text': {
      const { field, text } = query;
      const has = field.whole ? hasWhole : hasPart;
      return field.of === 'node'
        ? candidate.nodes.some((node) => has(field.texts(node), text))
        : candidate.edges.some((edge) => has(field.texts(edge), text));
    }
    case 'number':
      return candidate.edges.some((edge) => {
        const number = query.field.number(edge);
        return number !== undefined && COMPARE[query.comparison](number, query.number);
      });
  }
}

const hasPart = (texts: readonly string[], part: string): boolean =>
  texts.some((text) => text.toLowerCase().includes(part));

const hasWhole = (texts: readonly string[], whole: string): boolean =>
  texts.some((text) => text.toLowerCase() === whole);
