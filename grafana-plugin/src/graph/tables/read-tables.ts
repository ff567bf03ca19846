import { normaliseAddress } from '../model/address.ts';
import type { Direction, Endpoint, Figures, HalfEdge, Listener } from '../model/half-edge.ts';
import type { JoinedEdge } from '../model/joined-edge.ts';
import { toMergedEndpoint } from '../model/merged-endpoint.ts';
import { createHalfEdgeList } from './half-edge-list.ts';
import { type Column, canonicalName, numberAt, rowCount, type Table, textAt } from './table.ts';
import { measureOf, valueColumn } from './table-measure.ts';

/** The contents of the tables that the panel's queries returned. */
export interface TableContents {
  readonly halfEdges: readonly HalfEdge[];
  readonly listeners: readonly Listener[];
  /** Edges whose half-edges recording rules have joined. */
  readonly joined: readonly JoinedEdge[];
  /** The number of rows per query that are none of these because a label is missing. */
  readonly unread: ReadonlyMap<string, number>;
  /** The number of rows of all tables, and the canonical names of their columns: for the empty states. */
  readonly rows: number;
  readonly columns: ReadonlySet<string>;
}

type Columns = ReadonlyMap<string, Column>;

/** Finds the columns of one endpoint once: a table can have tens of thousands of rows. */
function endpointReader(side: 'src' | 'dst', columns: Columns): (row: number, transport: string) => Endpoint {
  const column = (label: string) => columns.get(`${side}_${label}`);
  const [service, process, pid, host] = [column('service'), column('process'), column('pid'), column('host')];
  const [address, kind, site] = [column('address'), column('kind'), column('site')];
  return (row, transport) => ({
    service: textAt(service, row),
    process: textAt(process, row),
    pid: textAt(pid, row),
    host: textAt(host, row),
    address: addressOf(transport, textAt(address, row)),
    kind: textAt(kind, row),
    site: textAt(site, row),
  });
}

/** Keeps the address of a Unix socket as it is: it is a file path. */
const addressOf = (transport: string, address: string): string =>
  transport === 'unix' ? address : normaliseAddress(address);

/** Reads half-edges and listeners, and merges the figures that several queries return for one half-edge. */
export function readTables(tables: readonly Table[]): TableContents {
  const halfEdges = createHalfEdgeList();
  const listeners: Listener[] = [];
  const joined: JoinedEdge[] = [];
  const columns = new Set<string>();
  const unread = new Map<string, number>();
  let rows = 0;
  let hasExistenceQuery = false;

  for (const table of tables) {
    const measure = measureOf(table);
    const value = valueColumn(table);
    const byName = new Map<string, Column>();
    for (const column of table.columns) {
      columns.add(canonicalName(column.name));
      byName.set(canonicalName(column.name), column);
    }
    hasExistenceQuery ||= measure === 'lastSeen' && !byName.has('observer');
    const count = rowCount(table);
    rows += count;

    const entryOf = halfEdges.read();
    const [readSrc, readDst] = [endpointReader('src', byName), endpointReader('dst', byName)];
    const [transports, ports] = [byName.get('network_transport'), byName.get('dst_port')];
    const [directions, ioDirections] = [byName.get('direction'), byName.get('network_io_direction')];
    for (let row = 0; row < count; row++) {
      const transport = textAt(transports, row);
      const port = textAt(ports, row);
      const dst = readDst(row, transport);
      if (measure === 'listen') {
        listeners.push({ transport, port, endpoint: dst });
        continue;
      }
      const src = readSrc(row, transport);
      const direction = textAt(directions, row);
      if (!isDirection(direction)) {
        const edge = readJoined(
          textAt(byName.get('observer'), row),
          { transport, port, src, dst },
          numberAt(value, row),
        );
        if (edge) joined.push(edge);
        else unread.set(table.refId, (unread.get(table.refId) ?? 0) + 1);
        continue;
      }
      const entry = entryOf({ direction, transport, port, src, dst });
      if (measure === 'lastSeen') entry.seen = true;
      const figure = measure === 'io' ? ioFigure(textAt(ioDirections, row)) : measure;
      const number = numberAt(value, row);
      if (figure && number !== undefined) addFigure(entry.halfEdge.figures, figure, number);
    }
  }

  // Existence and traffic are separate: if there is a query for existence, it alone decides which edges exist.
  const kept = halfEdges.entries().filter((entry) => entry.seen || !hasExistenceQuery);
  return { halfEdges: kept.map((entry) => entry.halfEdge), listeners, joined, unread, rows, columns };
}

/** A row of `musubi:edge:last_seen_seconds`; undefined without a valid `observer` label. */
function readJoined(
  observer: string,
  { transport, port, src, dst }: Pick<HalfEdge, 'transport' | 'port' | 'src' | 'dst'>,
  lastSeen: number | undefined,
): JoinedEdge | undefined {
  if (observer !== 'both' && observer !== 'source' && observer !== 'destination') return undefined;
  const figures: Figures = lastSeen === undefined ? {} : { lastSeen };
  return {
    transport,
    port,
    directed: true,
    src: toMergedEndpoint(src),
    dst: toMergedEndpoint(dst),
    seenBy: observer,
    atSource: observer === 'destination' ? undefined : figures,
    atDestination: observer === 'source' ? undefined : figures,
  };
}

const isDirection = (text: string): text is Direction =>
  text === 'outbound' || text === 'inbound' || text === 'unknown';

const ioFigure = (direction: string): 'transmit' | 'receive' | undefined =>
  direction === 'transmit' || direction === 'receive' ? direction : undefined;

/** Sums rows with the same labels (the user has aggregated a label away); of timestamps and times, keeps the maximum. */
function addFigure(figures: Figures, name: keyof Figures, value: number): void {
  const old = figures[name];
  if (old === undefined) figures[name] = value;
  else figures[name] = name === 'lastSeen' || name === 'rtt' ? Math.max(old, value) : old + value;
}
