import { isIpAddress, normaliseAddress } from '../model/address.ts';
import type { Direction, Endpoint, Figures, Listener } from '../model/half-edge.ts';
import { type ExistenceAnswer, type ExistingEdges, existingEdges } from './existing-edges.ts';
import { createHalfEdgeList, type HalfEdgeEntry, type Observer } from './half-edge-list.ts';
import { isMerged } from './is-merged.ts';
import { type Column, canonicalName, findColumn, numberAt, rowCount, type Table, textAt } from './table.ts';
import { measureOf, valueColumn } from './table-measure.ts';

/** The contents of the tables that the panel's queries returned. */
export interface TableContents extends ExistingEdges {
  readonly listeners: readonly Listener[];
  /** The number of rows per query that are none of these because a label is missing. */
  readonly unread: ReadonlyMap<string, number>;
  /** The number of tables, of their rows, and the canonical names of their columns: for the empty states. */
  readonly tables: number;
  readonly rows: number;
  readonly columns: ReadonlySet<string>;
  /** Whether a table was omitted because it has the values of several queries. */
  readonly merged: boolean;
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

/** Reads half-edges, recorded edges and listeners, and merges the figures that several queries return for one of them. */
export function readTables(all: readonly Table[]): TableContents {
  const tables = all.filter((table) => !isMerged(table));
  const [halfEdges, recorded] = [createHalfEdgeList(), createHalfEdgeList()];
  const listeners: Listener[] = [];
  const existence: ExistenceAnswer[] = [];
  const columns = new Set<string>();
  const unread = new Map<string, number>();
  let rows = 0;
  // Recorded counts have no label that distinguishes them from half-edges without a direction.
  const hasRecorded = tables.some(
    (table) => measureOf(table) === 'lastSeen' && findColumn(table, 'observer'),
  );

  for (const table of tables) {
    const measure = measureOf(table);
    const value = valueColumn(table);
    const byName = new Map<string, Column>();
    for (const column of table.columns) {
      columns.add(canonicalName(column.name));
      byName.set(canonicalName(column.name), column);
    }
    const count = rowCount(table);
    rows += count;
    const answer = { query: table.refId, failed: table.failed === true, halfEdges: 0, recorded: 0 };
    if (measure === 'lastSeen') existence.push(answer);

    const [halfEdgeOf, recordedOf] = [halfEdges.read(), recorded.read()];
    const [readSrc, readDst] = [endpointReader('src', byName), endpointReader('dst', byName)];
    const [transports, ports] = [byName.get('network_transport'), byName.get('dst_port')];
    const [directions, ioDirections] = [byName.get('direction'), byName.get('network_io_direction')];
    const observers = byName.get('observer');
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
      const observer = textAt(observers, row);
      let entry: HalfEdgeEntry;
      if (isDirection(direction) && observer === '') {
        entry = halfEdgeOf({ direction, transport, port, src, dst });
        answer.halfEdges++;
      } else if (isObserver(observer) || (direction === '' && (hasRecorded || isServiceEdge(src, dst)))) {
        const labels = { transport, port, src: withoutAddressAsName(src), dst: withoutAddressAsName(dst) };
        entry = recordedOf({ direction: direction === 'unknown' ? 'unknown' : 'outbound', ...labels });
        if (isObserver(observer))
          entry.observer = entry.observer && entry.observer !== observer ? 'both' : observer;
        answer.recorded++;
      } else {
        unread.set(table.refId, (unread.get(table.refId) ?? 0) + 1);
        continue;
      }
      if (measure === 'lastSeen') entry.seen = true;
      const figure = measure === 'io' ? ioFigure(textAt(ioDirections, row)) : measure;
      const number = numberAt(value, row);
      if (figure && number !== undefined) addFigure(entry.halfEdge.figures, figure, number);
    }
  }

  const existing = existingEdges(halfEdges.entries(), recorded.entries(), existence);
  const merged = tables.length < all.length;
  return { ...existing, listeners, unread, tables: tables.length, rows, columns, merged };
}

/** Whether both endpoints are named, by nothing but their services: half-edges know one endpoint in full. */
const isServiceEdge = (src: Endpoint, dst: Endpoint): boolean =>
  [src, dst].every(({ service, host, address }) => service !== '' && host === '' && address === '');

/** In series by service, an endpoint without a service has its address as its name. */
const withoutAddressAsName = (endpoint: Endpoint): Endpoint =>
  endpoint.host === '' && endpoint.address === '' && isIpAddress(endpoint.service)
    ? { ...endpoint, service: '', address: endpoint.service }
    : endpoint;

const isObserver = (text: string): text is Observer =>
  text === 'both' || text === 'source' || text === 'destination';

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
