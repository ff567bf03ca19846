/** What the `musubi` command shows. Times are in seconds since the start of the history, `base` is that start in unix seconds. */
import type { ServiceEdge } from '../../exporter/cli/joined/edge.ts';
import { readUsed } from '../../exporter/cli/look/compare.ts';
import { main } from '../../exporter/cli/main.ts';
import { createPrometheus, type Prometheus } from '../../exporter/cli/prometheus/client.ts';
import { createIo } from '../fixtures/io.ts';
import type { Shown } from './bounds.ts';
import type { Names } from './truth.ts';

export type Range = readonly [from: number, to: number];

export function openClient(url: string): Prometheus {
  return createPrometheus(
    { url, headers: {}, tls: {}, timeout: 60_000 },
    { warn: () => {}, stop: new AbortController().signal },
  );
}

const endOf = ({ name, site }: ServiceEdge['src']) => `${site ?? '-'} ${name}`;
const namesOfEdge = ({ src, dst, port }: ServiceEdge): Names => `${endOf(src)} > ${endOf(dst)} ${port}`;

/** What all commands read of a range. */
export async function readEdges(
  prometheus: Prometheus,
  base: number,
  [from, to]: Range,
): Promise<Map<Names, Shown>> {
  const used = await readUsed(prometheus, { from: base + from, to: base + to });
  return new Map(
    [...used.values()].map(({ edge, counts: { opened, open, failed }, lastSeen }) => [
      namesOfEdge(edge),
      { opened, failed: sumOf(Object.values(failed)), open, lastSeen: lastSeen - base },
    ]),
  );
}

const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

type Row = Readonly<Record<string, unknown>>;

const namesOfRow = (row: Row): Names =>
  `${row['src.site'] ?? '-'} ${row['src.service']} > ${row['dst.site'] ?? '-'} ${row['dst.service']} ${row['dst.port']}`;

async function run(url: string, ...argv: string[]): Promise<Record<string, readonly Row[]> | undefined> {
  const io = createIo({ PROMETHEUS_URL: url });
  const code = await main([...argv, '--json'], io);
  return code === 0 ? JSON.parse(io.out()) : undefined;
}

const rangeOptions = (base: number, [from, to]: Range) => [
  '--from',
  `${base + from}`,
  '--to',
  `${base + to}`,
];

/** Two processes that `look` shows as connected. */
export interface Pair {
  readonly src: ProcessRow;
  readonly dst: ProcessRow;
  readonly port: number;
}

interface ProcessRow {
  readonly service: string;
  readonly host: string | undefined;
  readonly pid: number | undefined;
}

/** `look` at a service or address: its own edges, and their processes. */
export async function look(
  url: string,
  base: number,
  name: string,
  range: Range,
): Promise<{ edges: Map<Names, Shown>; pairs: Pair[] }> {
  const { edges = [] } = (await run(url, 'look', name, '--depth', '1', ...rangeOptions(base, range))) ?? {};
  const shownOf = (row: Row): Shown => ({
    opened: row['service.dependency.connection.opened'] as number,
    failed: sumOf(
      Object.entries(row).flatMap(([name, value]) => (name.includes('.failed.') ? [value as number] : [])),
    ),
    open: row['service.dependency.active_connections'] as number,
    lastSeen: (row['service.dependency.last_seen'] as number) - base,
  });
  const processOf = (edge: Row, pair: Row, end: string): ProcessRow => ({
    service: edge[`${end}.service`] as string,
    host: pair[`${end}.host`] as string | undefined,
    pid: pair[`${end}.pid`] as number | undefined,
  });
  return {
    edges: new Map(edges.map((row) => [namesOfRow(row), shownOf(row)])),
    pairs: edges.flatMap((edge) =>
      (edge.processes as Row[]).map((pair) => ({
        src: processOf(edge, pair, 'src'),
        dst: processOf(edge, pair, 'dst'),
        port: edge['dst.port'] as number,
      })),
    ),
  };
}

/** `diff` of two ranges: the edges that appeared, those that vanished, and those of which it is uncertain. Undefined if it refuses. */
export async function diff(url: string, base: number, range: Range, previous: Range) {
  const against = previous.map((time) => `${base + time}`).join('/');
  const found = await run(url, 'diff', ...rangeOptions(base, range), '--against', against);
  const names = (rows: readonly Row[] = []) => rows.map(namesOfRow);
  return (
    found && {
      appeared: names(found.appeared),
      vanished: names(found.vanished),
      uncertain: names(found.uncertain),
    }
  );
}
