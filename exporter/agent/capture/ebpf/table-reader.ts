import type { Libbpf, Position } from '../../native/libbpf.ts';

const BATCH = 2048;

/** Reads whole tables of the kernel in batches. */
export class TableReader {
  readonly #libbpf: Libbpf;
  readonly #map: number;
  readonly #keys: Buffer;
  readonly #values: Buffer;
  readonly #keyBytes: number;
  readonly #valueBytes: number;

  constructor(libbpf: Libbpf, map: number, keyBytes: number, valueBytes: number) {
    this.#libbpf = libbpf;
    this.#map = map;
    this.#keyBytes = keyBytes;
    this.#valueBytes = valueBytes;
    this.#keys = Buffer.alloc(BATCH * keyBytes);
    this.#values = Buffer.alloc(BATCH * valueBytes);
  }

  /** Calls `visit` with each entry: views that are valid during the call only. */
  each(visit: (key: Buffer, value: Buffer) => void): void {
    const position: Position = { at: Buffer.alloc(this.#keyBytes), started: false };
    for (;;) {
      const { count, last } = this.#libbpf.lookupBatch(this.#map, position, this.#keys, this.#values, BATCH);
      for (let i = 0; i < count; i++)
        visit(slice(this.#keys, i, this.#keyBytes), slice(this.#values, i, this.#valueBytes));
      if (last) return;
    }
  }
}

function slice(buffer: Buffer, index: number, length: number): Buffer {
  return buffer.subarray(index * length, (index + 1) * length);
}
