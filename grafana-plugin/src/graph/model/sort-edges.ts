import { type EdgeRow, edgeRows } from './edge-rows.ts';
import { mainState, STATES_BY_WEIGHT } from './edge-states.ts';
import { bytesOf } from './figures.ts';
import type { Graph, GraphNode } from './graph.ts';

/** What edges are sorted by. */
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

/** What each column is sorted by; '', undefined and NaN are missing. */
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
  // What matters most comes first.
  states: ({ edge }) => {
    const state = mainState(edge.states);
    return state && STATES_BY_WEIGHT.indexOf(state);
  },
};

export const EDGE_COLUMNS = Object.keys(VALUES) as readonly EdgeColumn[];

/** The same order for every reader: `db-2` before `db-10`. */
const { compare: compareNames } = new Intl.Collator('en', { numeric: true });

/**
 * The same graph, its edges sorted by a column: numbers by value, names as people sort them. What is alike stays in
 * the order it was in, what is missing comes last whichever way, and an unknown column changes nothing.
 */
export function sortEdges(graph: Graph, { column, descending }: EdgeSort): Graph {
  if (!Object.hasOwn(VALUES, column)) return graph;
  // Each value is compared once, however many edges have it: comparing names is slow.
  const byValue = Map.groupBy(edgeRows(graph), (row) => presentOf(VALUES[column](row)));
  const values = [...byValue.keys()].filter((value) => value !== undefined).sort(compareValues);
  if (descending) values.reverse();
  const rows = [...values, undefined].flatMap((value) => byValue.get(value) ?? []);
  return { ...graph, edges: rows.map(({ edge }) => edge) };
}

const presentOf = (value: Value): Value => (value === '' || Number.isNaN(value) ? undefined : value);

const compareValues = (a: string | number, b: string | number): number =>
  // Of numbers none is there twice; two that are infinite have no difference.
  typeof a === 'number' && typeof b === 'number' ? (a < b ? -1 : 1) : compareNames(`${a}`, `${b}`);
