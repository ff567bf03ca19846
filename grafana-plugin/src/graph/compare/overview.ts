import { type AddressBook, createAddressBook } from '../build/address-book.ts';
import { buildGraph } from '../build/build-graph.ts';
import type { Graph } from '../model/graph.ts';
import { readTables, type TableContents } from '../tables/read-tables.ts';
import type { Table } from '../tables/table.ts';
import { faultsOf, type TableFault } from '../tables/table-faults.ts';
import { tablesByRole } from '../tables/table-role.ts';
import type { RangeLengths } from './changes.ts';
import { compareGraphs } from './compare-graphs.ts';
import { markAlerts, readAlerts } from './mark-alerts.ts';
import { markDeviations, readDeviations } from './mark-deviations.ts';

/** What was asked for and could not be told. */
export type OverviewNote =
  /** Rows that are neither half-edges nor joined edges. */
  | { readonly code: 'unread-rows'; readonly query: string; readonly rows: number }
  | TableFault
  | { readonly code: 'nothing-before' }
  /** Missing or unexpected dependencies that lack an end. */
  | { readonly code: 'unread-surprises'; readonly rows: number };

/** The graph of a range with all that the other tables tell of its edges. */
export interface Overview {
  readonly graph: Graph;
  readonly contents: TableContents;
  readonly notes: readonly OverviewNote[];
}

export interface OverviewOptions {
  readonly byProcess?: boolean;
  /** What the same queries told of another range. */
  readonly previous?: { readonly tables: readonly Table[]; readonly ranges: RangeLengths } | undefined;
}

/** Reads whatever tables there are: of what was seen, of what is not as expected, and of alerts. */
export function readOverview(
  tables: readonly Table[],
  { byProcess, previous: other }: OverviewOptions = {},
): Overview {
  const byRole = tablesByRole(tables);
  const [now, before] = [readTables(byRole.seen), readTables(tablesByRole(other?.tables ?? []).seen)];
  const [ofNow, ofBefore] = [now, before].map((reading) =>
    createAddressBook(reading.halfEdges, reading.listeners),
  );
  const graphOf = (
    reading: TableContents,
    book: AddressBook | undefined,
    otherBook: AddressBook | undefined,
  ) =>
    buildGraph(reading.halfEdges, reading.listeners, {
      ...(byProcess && { byProcess }),
      joined: reading.joined,
      ...(book && otherBook && other && { book: withFallback(book, otherBook) }),
    });

  const present = graphOf(now, ofNow, ofBefore);
  // Where nothing is known of a range, nothing can be told as new or as vanished.
  const compared =
    other && now.rows > 0 && before.rows > 0
      ? compareGraphs(present, graphOf(before, ofBefore, ofNow), other.ranges)
      : present;
  const surprises = readDeviations(byRole.missing, byRole.unexpected);
  const graph = markAlerts(markDeviations(compared, surprises), readAlerts(byRole.alerts));

  const notes: (OverviewNote | false)[] = [
    ...[...now.unread].map(([query, rows]) => ({ code: 'unread-rows', query, rows }) as const),
    ...faultsOfAll(byRole.seen),
    other !== undefined && before.rows === 0 && { code: 'nothing-before' },
    surprises.unread > 0 && { code: 'unread-surprises', rows: surprises.unread },
  ];
  return { graph, contents: now, notes: notes.filter((note) => note !== false) };
}

/** What is wrong with the tables, each once: a query may have several. */
const faultsOfAll = (tables: readonly Table[]): Iterable<TableFault> =>
  new Map(tables.flatMap(faultsOf).map((fault) => [JSON.stringify(fault), fault])).values();

/** Names ends by one range, and where that is silent by the other, so that an edge has the same name in both. */
function withFallback(book: AddressBook, other: AddressBook): AddressBook {
  return {
    isHostLocal: (address) => book.isHostLocal(address) || other.isHostLocal(address),
    ownerOf: (address, reporter) => book.ownerOf(address, reporter) || other.ownerOf(address, reporter),
    listenersAt(...at) {
      const own = book.listenersAt(...at);
      return own.length > 0 ? own : other.listenersAt(...at);
    },
  };
}
