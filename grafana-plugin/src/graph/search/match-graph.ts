import type { Graph, GraphEdge, GraphNode } from '../model/graph.ts';
import { anyText } from './fields.ts';
import type { Comparison, SearchQuery } from './query.ts';

/** Keys of the nodes and edges that a query asks for. */
export interface SearchMatches {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
}

/** A node with its edges, or an edge with its ends: what a query is held against. */
interface Subject {
  readonly ends: readonly GraphNode[];
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
 * Finds what a query asks for. An edge has what it or one of its ends has; a node what it or one of its edges has.
 */
export function matchGraph(graph: Graph, query: SearchQuery): SearchMatches {
  const nodes = new Map(graph.nodes.map((node) => [node.key, node]));
  const edgesOf = new Map<string, GraphEdge[]>(graph.nodes.map(({ key }) => [key, []]));
  for (const edge of graph.edges) {
    edgesOf.get(edge.source)?.push(edge);
    if (edge.target !== edge.source) edgesOf.get(edge.target)?.push(edge);
  }
  const isMatch = (subject: Subject) => matches(subject, query, nodes);
  return {
    nodes: new Set(
      graph.nodes
        .filter((node) => isMatch({ ends: [node], edges: edgesOf.get(node.key) ?? [] }))
        .map(({ key }) => key),
    ),
    edges: new Set(
      graph.edges
        .filter((edge) => isMatch({ ends: endsOf(edge, nodes), edges: [edge] }))
        .map(({ key }) => key),
    ),
  };
}

const endsOf = ({ source, target }: GraphEdge, nodes: ReadonlyMap<string, GraphNode>): GraphNode[] =>
  [source, target].flatMap((key) => nodes.get(key) ?? []);

function matches(subject: Subject, query: SearchQuery, nodes: ReadonlyMap<string, GraphNode>): boolean {
  switch (query.type) {
    case 'all':
      return query.parts.every((part) => matches(subject, part, nodes));
    case 'any':
      return query.parts.some((part) => matches(subject, part, nodes));
    case 'not':
      return !matches(subject, query.part, nodes);
    case 'word':
      return subject.ends.some((node) => hasPart(anyText(node), query.text));
    case 'end':
      return subject.edges.some((edge) => {
        const node = nodes.get(edge[query.end]);
        return node !== undefined && hasPart(anyText(node), query.text);
      });
    case 'text': {
      const { field, text } = query;
      const has = field.whole ? hasWhole : hasPart;
      return field.of === 'node'
        ? subject.ends.some((node) => has(field.texts(node), text))
        : subject.edges.some((edge) => has(field.texts(edge), text));
    }
    case 'number':
      return subject.edges.some((edge) => {
        const number = query.field.number(edge);
        return number !== undefined && COMPARE[query.comparison](number, query.number);
      });
  }
}

const hasPart = (texts: readonly string[], part: string): boolean =>
  texts.some((text) => text.toLowerCase().includes(part));

const hasWhole = (texts: readonly string[], whole: string): boolean =>
  texts.some((text) => text.toLowerCase() === whole);
