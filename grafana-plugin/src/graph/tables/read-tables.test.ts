import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTables } from './read-tables.ts';
import type { Column, Table } from './table.ts';

/** A table of one row; numbers become the number column `name`, everything else a label. */
function row(refId: string, labels: Record<string, string>, value?: number, name = `Value #${refId}`): Table {
  const columns: Column[] = Object.entries(labels).map(([label, text]) => ({
    name: label,
    type: 'text',
    values: [text],
  }));
  return {
    refId,
    columns: [
      { name: 'Time', type: 'time', values: [0] },
      ...columns,
      ...(value === undefined ? [] : [{ name, type: 'number', values: [value] } as const]),
    ],
  };
}

const edge = {
  direction: 'outbound',
  network_transport: 'tcp',
  src_service: 'web',
  src_host: 'h1',
  src_address: '::FFFF:10.0.0.1',
  dst_address: '10.0.0.2',
  dst_port: '80',
};

describe('reading tables', () => {
  test('merges the figures of all queries into one half-edge', () => {
    const { halfEdges } = readTables([
      row('lastSeen', edge, 1_700_000_000),
      row('opened', edge, 3.2),
      row('io', { ...edge, network_io_direction: 'transmit' }, 10),
      row('io', { ...edge, network_io_direction: 'receive' }, 20),
      row('open', edge, 1),
      row('rtt', edge, 0.001),
    ]);
    expect(halfEdges).toHaveLength(1);
    expect(halfEdges[0]?.figures).toEqual({
      lastSeen: 1_700_000_000,
      opened: 3.2,
      transmit: 10,
      receive: 20,
      open: 1,
      rtt: 0.001,
    });
    expect(halfEdges[0]?.src).toMatchObject({ service: 'web', address: '10.0.0.1', process: '' });
  });

  test('accepts names with dots, and a number column of any name', () => {
    const dotted = Object.fromEntries(
      Object.entries(edge).map(([name, text]) => [name.replace(/_(?!$)/, '.'), text]),
    );
    const { halfEdges } = readTables([row('opened', dotted, 7, 'connections')]);
    expect(halfEdges[0]).toMatchObject({ port: '80', transport: 'tcp', figures: { opened: 7 } });
  });

  test('does not mistake a port that became a number for the value', () => {
    const table = row('opened', edge, 7);
    const columns = table.columns.map(
      (column): Column => (column.name === 'dst_port' ? { ...column, type: 'number', values: [80] } : column),
    );
    expect(readTables([{ refId: 'opened', columns }]).halfEdges[0]).toMatchObject({
      port: '80',
      figures: { opened: 7 },
    });
  });

  test('reads a class of ports as a port', () => {
    expect(readTables([row('failed', { ...edge, dst_port: 'many' }, 101)]).halfEdges[0]).toMatchObject({
      port: 'many',
      figures: { failed: 101 },
    });
  });

  test('identifies a measure by the metric name if the refId does not', () => {
    const { halfEdges } = readTables([
      row('A', { ...edge, __name__: 'service_dependency_active_connections' }, 4),
    ]);
    expect(halfEdges[0]?.figures).toEqual({ open: 4 });
  });

  test('keeps the address of a Unix socket as it is', () => {
    const { dst_port: _, ...socket } = { ...edge, network_transport: 'unix', dst_address: '/Run/DB' };
    const { halfEdges } = readTables([row('opened', socket, 1)]);
    expect(halfEdges[0]).toMatchObject({ transport: 'unix', port: '', dst: { address: '/Run/DB' } });
  });

  test('accepts the direction unknown, and rejects an invalid direction', () => {
    const tables = ['unknown', 'sideways'].map((direction) => row('opened', { ...edge, direction }, 1));
    expect(readTables(tables).halfEdges.map(({ direction }) => direction)).toEqual(['unknown']);
  });

  test('recognises listeners by refId or by the missing direction', () => {
    const listen = { dst_service: 'api', dst_address: '10.0.0.2', dst_port: '80', network_transport: 'tcp' };
    const { listeners, halfEdges } = readTables([row('listen', listen, 1), row('B', listen, 1)]);
    expect(listeners.map((each) => each.endpoint.service)).toEqual(['api', 'api']);
    expect(halfEdges).toEqual([]);
  });
});

describe('an edge exists', () => {
  test('if the query lastSeen returns it, where there is that query', () => {
    const gone = { ...edge, dst_port: '81' };
    const tables = [row('lastSeen', edge, 1), row('opened', edge, 0), row('opened', gone, 9)];
    expect(readTables(tables).halfEdges.map((half) => half.port)).toEqual(['80']);
    expect(readTables(tables.slice(1)).halfEdges.map((half) => half.port)).toEqual(['80', '81']);
  });

  test('if it has traffic, where lastSeen failed or returned nothing', () => {
    const quiet = { ...edge, dst_port: '81' };
    const others = [row('opened', edge, 9), row('open', quiet, 0), row('B', { ...edge, dst_port: '82' }, 1)];
    for (const failed of [true, false]) {
      const read = readTables([{ refId: 'lastSeen', columns: [], failed }, ...others]);
      expect(read.halfEdges.map((half) => half.port)).toEqual(['80']);
      expect(read.unanswered).toEqual(['lastSeen']);
    }
  });

  test('never, if lastSeen returned nothing and nothing has traffic: that is an answer', () => {
    const read = readTables([{ refId: 'lastSeen', columns: [] }, row('opened', edge, 0)]);
    expect([read.halfEdges, read.unanswered]).toEqual([[], []]);
  });

  test('if it has traffic or was returned, where lastSeen failed in part', () => {
    const partial = { ...row('lastSeen', { ...edge, dst_port: '83' }, 1), failed: true };
    const read = readTables([partial, row('opened', edge, 9)]);
    expect(read.halfEdges.map((half) => half.port)).toEqual(['83', '80']);
    expect(read.unanswered).toEqual(['lastSeen']);
  });
});

test('malformed tables never throw', () => {
  const cell = fc.oneof(fc.string(), fc.double(), fc.constant(null), fc.constant(undefined), fc.object());
  const column = fc.record({
    name: fc.constantFrom(
      'direction',
      'src_address',
      'dst.port',
      'Value',
      'Time',
      'network_io_direction',
      '',
    ),
    type: fc.constantFrom<Column['type']>('number', 'time', 'text'),
    values: fc.array(cell, { maxLength: 3 }),
  });
  const table = fc.record({
    refId: fc.constantFrom('lastSeen', 'IO', 'listen', 'A', ''),
    columns: fc.array(column, { maxLength: 5 }),
  });
  fc.assert(
    fc.property(fc.array(table, { maxLength: 4 }), (tables) => {
      const { halfEdges, rows } = readTables(tables);
      expect(halfEdges.length).toBeLessThanOrEqual(rows);
    }),
  );
});
