/** A kernel program without a kernel, for tests: they write its tables, and it tells them. */
import { bytesOf, type Values } from './kernel-bytes.case.ts';
import type { KernelProgram } from './kernel-program.ts';
import type { Row } from './layout.ts';
import { FOLDS, type UnixConnectCount } from './layout.ts';

export interface FakeProgram extends KernelProgram {
  scans: number;
  size: number;
  rows: Row[];
  asks: UnixConnectCount[] | undefined;
  state: ReturnType<KernelProgram['health']>;
  isClosed: boolean;
  /** Called before a record is taken out, and before one is put back: what the kernel does meanwhile. */
  beforeTake: () => void;
  beforePut: () => void;
  /** Writes a record, created when it is first written unless told otherwise. */
  write(key: Buffer, values: Values): void;
  writeFold(index: (typeof FOLDS)[number]['index'], values: Values): void;
  /** The value of a record, if there is one. */
  valueOf(key: Buffer): Buffer | undefined;
}

export function createFakeProgram(): FakeProgram {
  const table = new Map<string, Buffer>();
  const folds = new Map<number, Buffer>();
  const textOf = (key: Buffer) => key.toString('hex');
  let births = 1000;

  const program: FakeProgram = {
    scans: 1,
    size: 65_536,
    rows: [],
    asks: [],
    state: { folded: 0, lost: 0, sockets: 0, missed: 0 },
    isClosed: false,
    beforeTake() {},
    beforePut() {},
    write(key, values) {
      const created = table.get(textOf(key))?.readBigUInt64LE(0) ?? BigInt(births++);
      table.set(textOf(key), bytesOf('edge', { created, ...values }));
    },
    writeFold: (index, values) => void folds.set(index, bytesOf('edge', values)),
    valueOf: (key) => table.get(textOf(key)),
    scan() {
      program.scans++;
      return program.rows;
    },
    eachEdge(visit) {
      for (const [key, value] of table) visit(Buffer.from(key, 'hex'), Buffer.from(value));
    },
    takeEdge(key) {
      program.beforeTake();
      const value = table.get(textOf(key));
      table.delete(textOf(key));
      return value;
    },
    putEdge(key, value) {
      program.beforePut();
      if (table.has(textOf(key))) return 'exists';
      if (table.size >= program.size) return 'full';
      table.set(textOf(key), value);
      return 'inserted';
    },
    folds: () => FOLDS.map(({ index }) => folds.get(index) ?? bytesOf('edge')),
    unixConnects: () => program.asks,
    processOf: () => undefined,
    traceOf: () => undefined,
    health: () => program.state,
    close() {
      program.isClosed = true;
    },
  };
  return program;
}
