import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasSeveralServers } from '../fixtures/half-edges.fixture.ts';
import { tableOf } from '../fixtures/tables.fixture.ts';
import type { Graph } from '../model/graph.ts';
import { readTables } from '../tables/read-tables.ts';
import { pickRows, rowCount, type Table } from '../tables/table.ts';
import { readOverview } from './overview.ts';

type Labels = Record<string, string>;

const few = (...values: string[]) => fc.constantFrom(...values);
const NAMES = ['web', 'api', 'x.example', 'y.example', 'internet'];
const local = fc.constantFrom<[string, string, string]>(
  ['web', 'h1', '10.0.0.1'],
  ['web', 'h2', '10.0.0.2'],
  ['api', 'h2', '10.0.0.2'],
);
/** A remote endpoint that is known by its address, by its name, or by both. */
const remote = fc.record({
  service: few('', ...NAMES),
  address: few('', '10.0.0.1', '10.0.0.2', '10.9.9.9'),
});
const anyRow = fc
  .record({ direction: few('outbound', 'inbound'), local, remote, port: few('80', '443', 'many', '') })
  .map(({ direction, local: [service, host, address], remote, port }): Labels => {
    const [near, far] = direction === 'outbound' ? ['src', 'dst'] : ['dst', 'src'];
    return {
      direction,
      network_transport: 'tcp',
      dst_port: port,
      [`${near}_service`]: service,
      [`${near}_host`]: host,
      [`${near}_address`]: address,
      [`${far}_service`]: remote.service,
      [`${far}_address`]: remote.address,
    };
  });
const counts = fc.record({ isSeen: fc.boolean(), opened: fc.nat(3), bytes: fc.nat(3), open: fc.nat(1) });
const anyRows = fc.uniqueArray(fc.tuple(anyRow, counts), {
  maxLength: 10,
  selector: ([labels]) => JSON.stringify(labels),
});
const named = fc.record({
  src_service: few(...NAMES),
  dst_service: few(...NAMES),
  dst_port: few('80', '443'),
});

/** The tables of all queries, as an answering data source returns them. */
const anyTables = fc
  .record({ rows: anyRows, missing: fc.array(named), alerts: fc.array(named) })
  .map(({ rows, missing, alerts }): Table[] => [
    tableOf(
      'lastSeen',
      rows
        .filter(([, { isSeen, opened, bytes, open }]) => isSeen || opened + bytes + open > 0)
        .map(([labels]) => [labels, 100]),
    ),
    tableOf(
      'opened',
      rows.map(([labels, { opened }]) => [labels, opened]),
    ),
    tableOf(
      'io',
      rows.map(([labels, { bytes }]) => [{ ...labels, network_io_direction: 'transmit' }, bytes]),
    ),
    tableOf(
      'open',
      rows.map(([labels, { open }]) => [labels, open]),
    ),
    tableOf(
      'missing',
      missing.map((labels) => [labels, 1]),
    ),
    tableOf(
      'alerts',
      alerts.map((labels) => [{ ...labels, alertname: 'A', alertstate: 'firing' }, 1]),
    ),
  ]);

const shuffledBy = <T>(items: readonly T[], rank: (item: T) => number): T[] =>
  items.toSorted((a, b) => rank(a) - rank(b));

/** Everything but the order of an edge's alerts, which is that of their rows. */
const shown = ({ nodes, edges }: Graph) => ({
  nodes,
  edges: edges.map(({ alerts, states, ...edge }) => ({
    ...edge,
    states: states.toSorted(),
    alerts: alerts.length,
  })),
});

describe('for any tables', () => {
  test('neither the order of queries nor that of rows changes the graph', () => {
    fc.assert(
      fc.property(anyTables, fc.func(fc.nat()), (tables, rank) => {
        const others = shuffledBy(tables, rank).map((table) => {
          const rows = Array.from({ length: rowCount(table) }, (_, row) => row);
          return pickRows(
            table,
            shuffledBy(rows, (row) => rank(row as never)),
          );
        });
        expect(shown(readOverview(others).graph)).toEqual(shown(readOverview(tables).graph));
      }),
    );
  });

  test('an observed edge never becomes one that only rules name because queries fail, without a note', () => {
    fc.assert(
      fc.property(anyTables, fc.subarray([0, 1, 2, 3]), (tables, missing) => {
        const whole = readOverview(tables).graph;
        const observed = new Set(
          whole.edges.filter(({ seenBy }) => seenBy !== 'none').map(servicePair(whole)),
        );
        const failed = tables.map((table, at) =>
          missing.includes(at) ? { refId: table.refId, columns: [], failed: true } : table,
        );
        const { graph, contents } = readOverview(failed);
        const pairOf = servicePair(graph);
        const drawn = new Set(graph.edges.filter(({ seenBy }) => seenBy !== 'none').map(pairOf));
        const ghosts = graph.edges.filter(({ seenBy }) => seenBy === 'none').map(pairOf);
        for (const ghost of ghosts) {
          expect(drawn).not.toContain(ghost);
          // Where nothing is left of an edge that is there, the reader is warned.
          if (observed.has(ghost)) expect(contents.unanswered.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  test('every edge with traffic is drawn although the query for existence fails', () => {
    fc.assert(
      fc.property(anyTables, (tables) => {
        const without = tables.map((table) =>
          table.refId === 'lastSeen' ? { refId: 'lastSeen', columns: [], failed: true } : table,
        );
        fc.pre(!hasSeveralServers(readTables(tables.slice(1)).halfEdges));
        const drawn = readOverview(without).graph.edges.filter(({ seenBy }) => seenBy !== 'none');
        const sum = (edges: typeof drawn, end: 'atSource' | 'atDestination') =>
          edges.reduce((all, edge) => all + (edge[end]?.opened ?? 0), 0);
        const rows = tables[1];
        const direction = rows?.columns.find(({ name }) => name === 'direction');
        const value = rows?.columns.find(({ name }) => name === 'Value #opened');
        const reported = Array.from(direction?.values ?? []).reduce(
          (all: number, each, row) => all + (each === 'outbound' ? Number(value?.values[row]) : 0),
          0,
        );
        expect(sum(drawn, 'atSource')).toBe(reported);
      }),
    );
  });
});

/** The services and the port of an edge, as rules name it. */
function servicePair({ nodes }: Graph) {
  const service = (key: string) => nodes.find((node) => node.key === key)?.service;
  return ({ source, target, port }: Graph['edges'][number]) =>
    JSON.stringify([service(source), service(target), port]);
}
