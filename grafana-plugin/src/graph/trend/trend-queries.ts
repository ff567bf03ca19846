import type { Graph, GraphElement, GraphNode } from '../model/graph.ts';
import { measureOf, type TableMeasure } from '../tables/table-measure.ts';
import { type Matchers, matchEdge, matchNode } from './matchers.ts';
import { edgeMetrics, narrowQuery } from './promql.ts';

/** A query of the panel. */
export interface PanelQuery {
  readonly refId: string;
  readonly expr: string;
}

/** One figure over time. */
export type TrendLine = 'opened' | 'failed' | 'bytes' | 'rtt' | 'in' | 'out';

export interface TrendQuery<Query extends PanelQuery> {
  readonly line: TrendLine;
  /** The panel's own query of that figure. */
  readonly of: Query;
  readonly expr: string;
}

const EDGE_LINES: readonly (readonly [TrendLine, TableMeasure])[] = [
  ['opened', 'opened'],
  ['failed', 'failed'],
  ['bytes', 'io'],
  ['rtt', 'rtt'],
];

/** What is looked at, and what it is drawn in. */
export interface TrendSubject {
  readonly target: GraphElement;
  readonly graph: Graph;
  /** The nodes of the graph before any was drawn as one with others. */
  readonly instances: ReadonlyMap<string, GraphNode>;
  readonly byProcess: boolean;
}

/** An edge that is drawn for more than these takes too long a query. */
const MOST_PARTS = 20;

/**
 * Makes of a panel's queries those for one edge over time, one for each figure that the panel asks for; or for a node:
 * how many connections it was asked for, and how many it asked for.
 *
 * @param seconds the length of each step
 * @returns undefined for an edge that is drawn for too many to be asked for
 */
export function trendQueries<Query extends PanelQuery>(
  queries: readonly Query[],
  { target: { type, key }, graph, instances, byProcess }: TrendSubject,
  seconds: number,
): TrendQuery<Query>[] | undefined {
  if (type === 'node') {
    const node = graph.nodes.find((each) => each.key === key);
    if (!node) return [];
    return (['in', 'out'] as const).flatMap((way) =>
      trendOf(queries, way, 'opened', [matchNode(node, way, byProcess)], seconds),
    );
  }
  const edge = graph.edges.find((each) => each.key === key);
  if (!edge) return [];
  const parts = edge.parts.length > 0 ? edge.parts : [edge];
  if (parts.length > MOST_PARTS) return undefined;
  const matchers = parts.flatMap((part) => {
    const [source, destination] = [instances.get(part.source), instances.get(part.target)];
    return source && destination ? [matchEdge(part, source, destination, byProcess)] : [];
  });
  if (matchers.length === 0) return [];
  return EDGE_LINES.flatMap(([line, measure]) => trendOf(queries, line, measure, matchers, seconds));
}

function trendOf<Query extends PanelQuery>(
  queries: readonly Query[],
  line: TrendLine,
  measure: TableMeasure,
  parts: readonly Matchers[],
  seconds: number,
): TrendQuery<Query>[] {
  const of = queries.find((query) => measureOfQuery(query) === measure);
  if (!of || edgeMetrics(of.expr).length === 0) return [];
  const each = parts.map((matchers) => narrowQuery(of.expr, matchers, seconds));
  const all = each.length === 1 ? each.join() : each.map((expr) => `(${expr})`).join(' or ');
  return [{ line, of, expr: `${measure === 'rtt' ? 'avg' : 'sum'}(${all})` }];
}

/** By its refId, else by its metric, as its answer is read. */
const measureOfQuery = ({ refId, expr }: PanelQuery): TableMeasure | undefined =>
  measureOf({
    refId,
    columns: [{ name: '__name__', type: 'text', values: edgeMetrics(expr).slice(0, 1) }],
  });
