import { type EdgeRow, edgeRows } from './edge-rows.ts';
import { mainState, STATES_BY_WEIGHT } from './edge-states.ts';
import { bytesOf } from './figures.ts';
import type { Graph, GraphNode } from './graph.ts';

/** The column that edges are sorted by, and the order. */
export interface EdgeSort {
  readonly column: EdgeColumn;
  readonly descending: boolean;
}

export type EdgeColumn =
  | 'source'
  | 'destination'
  | 'port'
  | 'transport'
  | 'opened'
  | 'failed'
  | 'open'
  | 'bytes'
  | 'lastSeen'
  | 'seenBy'
  | 'states';

type Value = string | number | undefined;

const nameOf = ({ title, host }: GraphNode): string => `${title} ${host}`;

/** The value that each column is sorted by; '', undefined and NaN are missing values. */
const VALUES: Readonly<Record<EdgeColumn, (row: EdgeRow) => Value>> = {
  source: ({ source }) => nameOf(source),
  destination: ({ target }) => nameOf(target),
  port: ({ edge }) => edge.port || edge.dst.addresses.join(' '),
  transport: ({ edge }) => edge.transport,
  opened: ({ edge }) => edge.figures.opened,
  failed: ({ edge }) => edge.figures.failed,
  open: ({ edge }) => edge.figures.open,
  bytes: ({ edge }) => bytesOf(edge.figures),
  lastSeen: ({ edge }) => edge.figures.lastSeen,
  seenBy: ({ edge }) => (edge.directed ? edge.seenBy : 'unknown'),
  // Most important first.
  states: ({ edge }) => {
    const state = mainState(edge.states);
    return state && STATES_BY_WEIGHT.indexOf(state);
  },
};

export const EDGE_COLUMNS = Object.keys(VALUES) as readonly EdgeColumn[];

/** The same order in every locale: `db-2` before `db-10`. */
const { compare: compareNames } = new Intl.Collator('en', { numeric: true });

/**
 * Sorts the edges of a graph by a column: numbers by value, names in natural order. The sort is stable, missing
 * values come last in both orders, and an unknown column leaves the graph as it is.
 */
export function sortEdges(graph: Graph, { column, descending }: EdgeSort): Graph {
  if (!Object.hasOwn(VALUES, column)) return graph;
  // Comparing names is slow: each distinct value is compared once, however many edges have it.
  const byValue = Map.groupBy(edgeRows(graph), (row) => presentOf(VALUES[column](row)));
  const values = [...byValue.keys()].filter((value) => value !== undefined).sort(compareValues);
  if (descending) values.reverse();
  const rows = [...values, undefined].flatMap((value) => byValue.get(value) ?? []);
  return { ...graph, edges: rows.map(({ edge }) => edge) };
}

const presentOf = (value: Value): Value => (value === '' || Number.isNaN(value) ? undefined : value);

const compareValues = (a: string | number, b: string | number): number =>
  // The numbers are distinct; subtraction would fail for infinities.
  typeof a === 'number' && typeof b === 'number' ? (a < b ? -1 : 1) : compareNames(`${a}`, `${b}`);
