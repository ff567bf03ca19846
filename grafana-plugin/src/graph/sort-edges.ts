import { mainState, STATES_BY_WEIGHT } from './display/main-state.ts';
import { type EdgeRow, edgeRows } from './export/edge-rows.ts';
import { bytesOf } from './figures.ts';
import type { Graph, GraphNode } from './graph.ts';

/** What edges are sorted by. */
export interface Sort {
  readonly column: Column;
  readonly descending: boolean;
}

export type Column =
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
const VALUES: Readonly<Record<Column, (row: EdgeRow) => Value>> = {
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

export const COLUMNS = Object.keys(VALUES) as readonly Column[];

/** The same order for every reader: `db-2` before `db-10`. */
const { compare: compareNames } = new Intl.Collator('en', { numeric: true });

/**
 * The same graph, its edges sorted by a column: numbers by value, names as people sort them. What is alike stays in
 * the order it was in, what is missing comes last whichever way, and an unknown column changes nothing.
 */
export function sortEdges(graph: Graph, { column, descending }: Sort): Graph {
  if (!Object.hasOwn(VALUES, column)) return graph;
  const rows = edgeRows(graph).map((row) => ({ edge: row.edge, value: VALUES[column](row) }));
  // Comparing names is slow, and most of them are there many times.
  const names = rows.flatMap(({ value }) => (typeof value === 'string' && value !== '' ? [value] : []));
  const rank = new Map([...new Set(names)].sort(compareNames).map((name, i) => [name, i]));
  const sign = descending ? -1 : 1;
  const edges = rows
    .map(({ edge, value }) => ({ edge, place: typeof value === 'string' ? rank.get(value) : value }))
    .sort((a, b) => comparePlaces(a.place, b.place, sign))
    .map(({ edge }) => edge);
  return { ...graph, edges };
}

const isMissing = (place: number | undefined): place is undefined =>
  place === undefined || Number.isNaN(place);

function comparePlaces(a: number | undefined, b: number | undefined, sign: number): number {
  if (isMissing(a) || isMissing(b)) return Number(isMissing(a)) - Number(isMissing(b));
  // Both may be infinite.
  return a === b ? 0 : sign * (a - b);
}
