import { type AddressBook, createAddressBook } from '../build/address-book.ts';
import { buildProvenGraph } from '../build/build-graph.ts';
import type { Graph } from '../model/graph.ts';
import { readTables, type TableContents } from '../tables/read-tables.ts';
import type { Table } from '../tables/table.ts';
import { faultsOf, type TableFault } from '../tables/table-faults.ts';
import { tablesByRole } from '../tables/table-role.ts';
import type { RangeLengths } from './changes.ts';
import { compareGraphs } from './compare-graphs.ts';
import { markAlerts, readAlerts } from './mark-alerts.ts';
import { markDeviations, readDeviations } from './mark-deviations.ts';

/** A problem with the tables, to be shown to the user. */
export type OverviewNote =
  /** Rows that are neither half-edges nor joined edges. */
  | { readonly code: 'unread-rows'; readonly query: string; readonly rows: number }
  | TableFault
  /** The query that returns which edges exist failed, or returned nothing: edges without traffic may be missing. */
  | { readonly code: 'existence-unknown'; readonly query: string }
  /** Edges that have traffic, but that the query for existence does not return: they are not drawn. */
  | { readonly code: 'unproven-edges'; readonly edges: number }
  | { readonly code: 'no-previous-data' }
  /** Missing or unexpected dependencies without a source or destination. */
  | { readonly code: 'unread-deviations'; readonly rows: number };

/** The graph of a range, marked with the contents of all other tables. */
export interface Overview {
  readonly graph: Graph;
  readonly contents: TableContents;
  readonly notes: readonly OverviewNote[];
}

export interface OverviewOptions {
  readonly byProcess?: boolean;
  /** The tables of the same queries for the previous range. */
  readonly previous?: { readonly tables: readonly Table[]; readonly ranges: RangeLengths } | undefined;
}

/** Reads tables of observed dependencies, of deviations from the expected ones, and of alerts. */
export function readOverview(
  tables: readonly Table[],
  { byProcess, previous: before }: OverviewOptions = {},
): Overview {
  const byRole = tablesByRole(tables);
  const [current, previous] = [readTables(byRole.seen), readTables(tablesByRole(before?.tables ?? []).seen)];
  const [currentBook, previousBook] = [current, previous].map((contents) =>
    createAddressBook(contents.halfEdges, contents.listeners),
  );
  const graphOf = (
    contents: TableContents,
    book: AddressBook | undefined,
    otherBook: AddressBook | undefined,
  ) =>
    buildProvenGraph(contents.halfEdges, contents.listeners, {
      ...(byProcess && { byProcess }),
      joined: contents.joined,
      halfEdgesProve: contents.halfEdgesProve,
      ...(book && otherBook && before && { book: withFallback(book, otherBook) }),
    });

  const { graph: graphNow, unproven } = graphOf(current, currentBook, previousBook);
  // Without all edges of both ranges no edge can be marked as new or vanished.
  const isComparable = [current, previous].every(
    ({ rows, unanswered }) => rows > 0 && unanswered.length === 0,
  );
  const compared =
    before && isComparable
      ? compareGraphs(graphNow, graphOf(previous, previousBook, currentBook).graph, before.ranges)
      : graphNow;
  const deviations = readDeviations(byRole.missing, byRole.unexpected);
  const graph = markAlerts(markDeviations(compared, deviations), readAlerts(byRole.alerts));

  const notes: (OverviewNote | false)[] = [
    ...[...current.unread].map(([query, rows]) => ({ code: 'unread-rows', query, rows }) as const),
    ...faultsOfAll(byRole.seen),
    ...current.unanswered.map((query) => ({ code: 'existence-unknown', query }) as const),
    unproven > 0 && { code: 'unproven-edges', edges: unproven },
    before !== undefined &&
      (previous.rows === 0 || previous.unanswered.length > 0) && { code: 'no-previous-data' },
    deviations.unread > 0 && { code: 'unread-deviations', rows: deviations.unread },
  ];
  return { graph, contents: current, notes: notes.filter((note) => note !== false) };
}

/** The distinct problems of the tables: a query can have several tables. */
const faultsOfAll = (tables: readonly Table[]): Iterable<TableFault> =>
  new Map(tables.flatMap(faultsOf).map((fault) => [JSON.stringify(fault), fault])).values();

/** Looks up names in one range, then in the other, so that an edge has the same name in both. */
function withFallback(book: AddressBook, other: AddressBook): AddressBook {
  return {
    isHostLocal: (address) => book.isHostLocal(address) || other.isHostLocal(address),
    ownerOf: (address, reporter) => book.ownerOf(address, reporter) || other.ownerOf(address, reporter),
    listenersAt(...at) {
      const found = book.listenersAt(...at);
      return found.length > 0 ? found : other.listenersAt(...at);
    },
  };
}
