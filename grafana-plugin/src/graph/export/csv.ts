import { type EdgeRow, edgeRows } from '../model/edge-rows.ts';
import type { EndpointDetails, Graph, GraphNode } from '../model/graph.ts';
import type { Figures } from '../model/half-edge.ts';

type Cell = string | number | undefined;

const end = (
  name: 'source' | 'destination',
  of: (row: EdgeRow) => readonly [GraphNode, EndpointDetails],
): [string, (row: EdgeRow) => Cell][] => [
  [name, (row) => of(row)[0].title],
  [`${name}_site`, (row) => of(row)[0].site],
  [`${name}_host`, (row) => of(row)[0].host],
  [`${name}_processes`, (row) => of(row)[1].processes.join(' ')],
  [`${name}_pids`, (row) => of(row)[1].pids.join(' ')],
  [`${name}_addresses`, (row) => of(row)[1].addresses.join(' ')],
];

const FIGURES: readonly [string, keyof Figures][] = [
  ['connections_opened', 'opened'],
  ['connections_failed', 'failed'],
  ['active_connections', 'open'],
  ['bytes_to_destination', 'transmit'],
  ['bytes_to_source', 'receive'],
  ['rtt_seconds', 'rtt'],
];

const COLUMNS: readonly (readonly [string, (row: EdgeRow) => Cell])[] = [
  ...end('source', ({ source, edge }) => [source, edge.src]),
  ...end('destination', ({ target, edge }) => [target, edge.dst]),
  ['port', ({ edge }) => edge.port],
  ['transport', ({ edge }) => edge.transport],
  ['direction_known', ({ edge }) => (edge.directed ? 'yes' : 'no')],
  ['reported_by', ({ edge }) => edge.seenBy],
  ['states', ({ edge }) => edge.states.join(' ')],
  ['alerts', ({ edge }) => edge.alerts.map(({ name }) => name).join(' ')],
  ...FIGURES.map(([name, figure]) => [name, ({ edge }: EdgeRow) => edge.figures[figure]] as const),
  ['last_seen', ({ edge }) => timeOf(edge.figures.lastSeen)],
  ...FIGURES.map(
    ([name, figure]) => [`${name}_previous`, ({ edge }: EdgeRow) => edge.previous?.[figure]] as const,
  ),
];

/** Exports the edges of a graph as CSV (RFC 4180). Spreadsheets read it as text and numbers, never as formulas. */
export function toCsv(graph: Graph): string {
  const rows = edgeRows(graph).map((row) => COLUMNS.map(([, cell]) => cellText(cell(row))));
  return [COLUMNS.map(([name]) => name), ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}

/** The last date of JavaScript, in seconds. */
const LAST = 8.64e12;

const timeOf = (seconds: number | undefined): Cell =>
  seconds === undefined || Math.abs(seconds) > LAST ? undefined : new Date(seconds * 1000).toISOString();

/** Cells that spreadsheets interpret as formulas, including full-width characters. */
const FORMULA = /^[\s\0]*[=+\-@|%\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/u;

function cellText(value: Cell): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return `${value}`;
  const guarded = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n;\t]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
