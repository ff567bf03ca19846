import type { Graph, GraphElement, GraphNode } from '../model/graph.ts';
import { measureOf, type TableMeasure } from '../tables/table-measure.ts';
import { type Matchers, matchEdge, matchNode } from './matchers.ts';
import { edgeMetrics, narrowQuery } from './promql.ts';
import { matchRecordedEdge, matchRecordedNode } from './recorded-matchers.ts';

/** A query of the panel. */
export interface PanelQuery {
  readonly refId: string;
  readonly expr: string;
}

/** One figure over time. */
export type TrendLine = 'opened' | 'failed' | 'bytes' | 'rtt' | 'in' | 'out';

export interface TrendQuery<Query extends PanelQuery> {
  readonly line: TrendLine;
  /** The panel's query for that figure. */
  readonly of: Query;
  readonly expr: string;
}

const EDGE_LINES: readonly (readonly [TrendLine, TableMeasure])[] = [
  ['opened', 'opened'],
  ['failed', 'failed'],
  ['bytes', 'io'],
  ['rtt', 'rtt'],
];

/** The element to show trends of, and the graph that it belongs to. */
export interface TrendSubject {
  readonly target: GraphElement;
  readonly graph: Graph;
  /** The nodes of the graph before aggregation. */
  readonly instances: ReadonlyMap<string, GraphNode>;
  readonly byProcess: boolean;
}

/** The query for an edge with more parts than this would be too long. */
const MOST_PARTS = 20;

/**
 * Derives from the queries of the panel those for one edge over time, one for each figure that the panel queries; or for
 * a node, the number of its incoming and outgoing connections.
 *
 * @param seconds the length of each step
 * @returns undefined for an edge with too many parts
 */
export function trendQueries<Query extends PanelQuery>(
  queries: readonly Query[],
  { target: { type, key }, graph, instances, byProcess }: TrendSubject,
  seconds: number,
): TrendQuery<Query>[] | undefined {
  if (type === 'node') {
    const node = graph.nodes.find((each) => each.key === key);
    if (!node) return [];
    return (['in', 'out'] as const).flatMap((direction) =>
      trendOf(
        queries,
        direction,
        'opened',
        {
          reported: [matchNode(node, direction, byProcess)],
          recorded: [matchRecordedNode(node, direction, byProcess)],
        },
        seconds,
      ),
    );
  }
  const edge = graph.edges.find((each) => each.key === key);
  if (!edge) return [];
  const parts = edge.parts.length > 0 ? edge.parts : [edge];
  if (parts.length > MOST_PARTS) return undefined;
  const matchersBy = (match: typeof matchEdge) =>
    parts.flatMap((part) => {
      const [source, destination] = [instances.get(part.source), instances.get(part.target)];
      return source && destination ? [match(part, source, destination, byProcess)] : [];
    });
  const matchers = { reported: matchersBy(matchEdge), recorded: matchersBy(matchRecordedEdge) };
  if (matchers.reported.length === 0) return [];
  return EDGE_LINES.flatMap(([line, measure]) => trendOf(queries, line, measure, matchers, seconds));
}

/** Matchers of each part: of the half-edges that exporters report, and of the edges that rules record. */
interface PartMatchers {
  readonly reported: readonly Matchers[];
  readonly recorded: readonly Matchers[];
}

const RECORDED = 'musubi:edge:';

function trendOf<Query extends PanelQuery>(
  queries: readonly Query[],
  line: TrendLine,
  measure: TableMeasure,
  { reported, recorded }: PartMatchers,
  seconds: number,
): TrendQuery<Query>[] {
  const of = queries.find((query) => measureOfQuery(query) === measure);
  const metrics = of ? edgeMetrics(of.expr) : [];
  if (!of || metrics.length === 0) return [];
  const parts = metrics.some((name) => name.startsWith(RECORDED)) ? recorded : reported;
  const each = parts.map((matchers) => narrowQuery(of.expr, matchers, seconds));
  const all = each.length === 1 ? each.join() : each.map((expr) => `(${expr})`).join(' or ');
  return [{ line, of, expr: `${measure === 'rtt' ? 'avg' : 'sum'}(${all})` }];
}

/** By its refId, else by its metric, in the same way as for its result. */
const measureOfQuery = ({ refId, expr }: PanelQuery): TableMeasure | undefined =>
  measureOf({
    refId,
    columns: [{ name: '__name__', type: 'text', values: edgeMetrics(expr).slice(0, 1) }],
  });
