/** A kernel program without a kernel: tests write its tables. */
import { bytesOf, type Values } from './kernel-bytes.case.ts';
import type { KernelProgram } from './kernel-program.ts';
import type { Row } from './layout.ts';
import { FOLDS, type UnixConnectCount } from './layout.ts';

export interface FakeProgram extends KernelProgram {
  scans: number;
  size: number;
  rows: Row[];
  connects: UnixConnectCount[] | undefined;
  state: ReturnType<KernelProgram['health']>;
  isClosed: boolean;
  /** Called before a record is removed, and before one is put back: what the kernel does in the meantime. */
  beforeTake: () => void;
  beforePut: () => void;
  /** Writes a record; by default its creation time is that of the first write. */
  write(key: Buffer, values: Values): void;
  writeFold(index: (typeof FOLDS)[number]['index'], values: Values): void;
  /** The value of a record, if there is one. */
  valueOf(key: Buffer): Buffer | undefined;
}

export function createFakeProgram(): FakeProgram {
  const table = new Map<string, Buffer>();
  const folds = new Map<number, Buffer>();
  const textOf = (key: Buffer) => key.toString('hex');
  let nextCreated = 1000;

  const program: FakeProgram = {
    scans: 1,
    size: 65_536,
    rows: [],
    connects: [],
    state: { folded: 0, lost: 0, sockets: 0, traces: 0, isTracing: true, missed: 0 },
    isClosed: false,
    beforeTake() {},
    beforePut() {},
    write(key, values) {
      const created = table.get(textOf(key))?.readBigUInt64LE(0) ?? BigInt(nextCreated++);
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
    unixConnects: () => program.connects,
    processOf: () => undefined,
    traces: { visit() {} },
    health: () => program.state,
    close() {
      program.isClosed = true;
    },
  };
  return program;
}
