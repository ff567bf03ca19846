import { expect, it } from 'vitest';
import { addressBytes, bytesOf, type Values } from './kernel-bytes.case.ts';
import { createTraceLog, type TraceTable } from './trace-log.ts';

const SIZE = 65_536;
const [OPEN, CLOSED] = [1, 2];

/** The kernel's table. Its log is read as text: `open PORT` for a connection from this port, `closed NUMBER`. */
function createTable() {
  const blocks = new Map<number, Buffer>();
  const hooks = { beforeRead() {} };
  let last = 0;
  const table: TraceTable = {
    count: () => last,
    readBlock(index, into) {
      hooks.beforeRead();
      blocks.get(index)?.copy(into);
    },
  };
  const log = createTraceLog(table);

  /** Takes the next number without writing the trace. */
  const begin = () => ++last;

  function write(number: number, values: Values): void {
    const index = Math.floor(number / 64) % 1024;
    const block = blocks.get(index) ?? Buffer.alloc(4096);
    blocks.set(index, block);
    bytesOf('trace', { number: number >>> 0, ...values }).copy(block, (number % 64) * 64);
  }

  function open(port: number): number {
    const ends = { local: addressBytes(10, 0, 0, 1), remote: addressBytes(10, 0, 0, 2) };
    const number = begin();
    write(number, {
      ...{ connection: number >>> 0, ...ends },
      ...{ local_port: port, transport: 6, state: OPEN },
    });
    return number;
  }

  function visit(after: number, upTo = last, isWanted = (_port: number) => true) {
    const seen: string[] = [];
    log.visit(after, upTo, {
      isWanted,
      begun: ({ localPort }) => seen.push(`open ${localPort}`),
      closed: (connection) => seen.push(`closed ${connection}`),
      lost: () => seen.push('lost'),
    });
    return seen;
  }

  return {
    ...{ hooks, begin, write, open, visit },
    close: (connection: number) => write(begin(), { connection, state: CLOSED }),
    skipTo(number: number) {
      last = number;
    },
  };
}

it('has the traces of a range in order', () => {
  const table = createTable();
  const one = table.open(1);
  table.open(2);
  table.close(one);
  table.open(3);
  expect(table.visit(0, 3)).toEqual(['open 1', 'open 2', `closed ${one}`]);
  expect(table.visit(3)).toEqual(['open 3']);
  expect(table.visit(4)).toEqual([]);
});

it('decodes only those of wanted ports', () => {
  const table = createTable();
  table.close(table.open(1));
  table.open(2);
  expect(table.visit(0, 3, (port) => port === 2)).toEqual(['closed 1', 'open 2']);
});

it('spans blocks, and starts again at the first after the last', () => {
  const table = createTable();
  table.skipTo(SIZE - 100);
  for (let port = 1; port <= 200; port++) table.open(port);
  expect(table.visit(SIZE - 100)).toEqual(Array.from({ length: 200 }, (_, i) => `open ${i + 1}`));
});

it('reports those that are overwritten', () => {
  const table = createTable();
  table.open(1);
  table.open(2);
  table.skipTo(SIZE);
  table.open(3);
  expect(table.visit(0, 2)).toEqual(['lost', 'open 2']);
  table.skipTo(3 * SIZE);
  expect(table.visit(0, 2)).toEqual(['lost']);
});

it('reports those that are overwritten while they are read', () => {
  const table = createTable();
  table.open(1);
  table.open(2);
  table.hooks.beforeRead = () => table.skipTo(SIZE + 1);
  expect(table.visit(0, 2)).toEqual(['lost', 'open 2']);
});

it('waits for a trace that is being written', () => {
  const table = createTable();
  table.open(1);
  const number = table.begin();
  table.open(3);
  let reads = 0;
  table.hooks.beforeRead = () => {
    if (++reads === 3) table.write(number, { connection: 1, state: CLOSED });
  };
  expect(table.visit(0)).toEqual(['open 1', 'closed 1', 'open 3']);
});

it('reports a trace that stays unfinished as lost', () => {
  const table = createTable();
  table.begin();
  table.open(2);
  expect(table.visit(0)).toEqual(['lost', 'open 2']);
});

it('numbers more traces than 32 bits can count', () => {
  const table = createTable();
  table.skipTo(2 ** 32 - 2);
  for (const port of [1, 2, 3]) table.open(port);
  expect(table.visit(2 ** 32 - 2)).toEqual(['open 1', 'open 2', 'open 3']);
});
