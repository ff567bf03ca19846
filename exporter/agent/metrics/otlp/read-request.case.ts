/** Reads requests back, for tests. */
import type { Batch } from './batch.ts';
import { METRIC } from './batch.ts';
import { type Field, readFields } from './protobuf.ts';

export interface ReadPoint {
  readonly metric: string;
  readonly attributes: Record<string, string | number>;
  readonly start: bigint | undefined;
  readonly time: bigint | undefined;
  readonly value: number | { count: number; sum: number; counts: number[]; bounds: number[] };
}

const fixed = (field: Field | undefined) => field?.content.readBigUInt64LE();
const many = (field: Field | undefined) =>
  Array.from({ length: (field?.content.length ?? 0) / 8 }, (_, at) =>
    field?.content.subarray(at * 8, at * 8 + 8),
  );

/** All points of a batch, in order. */
export function readPoints({ metrics }: Batch): ReadPoint[] {
  return metrics.flatMap(({ head, data, points }) => {
    const metric = textOf([...readFields(head)], METRIC.name);
    return points.map((point) => readPoint(metric, data === METRIC.histogram, point));
  });
}

function readPoint(metric: string, isHistogram: boolean, point: Buffer): ReadPoint {
  const [field] = [...readFields(point)];
  const fields = [...readFields(field?.content ?? Buffer.alloc(0))];
  const find = (number: number) => fields.find((one) => one.number === number);
  const common = {
    metric,
    attributes: attributesOf(fields.filter(({ number }) => number === (isHistogram ? 9 : 7))),
    start: fixed(find(2)),
    time: fixed(find(3)),
  };
  if (isHistogram) {
    const value = {
      count: Number(fixed(find(4))),
      sum: find(5)?.content.readDoubleLE() ?? Number.NaN,
      counts: many(find(6)).map((bytes) => Number(bytes?.readBigUInt64LE())),
      bounds: many(find(7)).map((bytes) => bytes?.readDoubleLE() ?? Number.NaN),
    };
    return { ...common, value };
  }
  const integer = find(6);
  return {
    ...common,
    value: integer
      ? Number(integer.content.readBigInt64LE())
      : (find(4)?.content.readDoubleLE() ?? Number.NaN),
  };
}

export function attributesOf(fields: readonly Field[]): Record<string, string | number> {
  return Object.fromEntries(
    fields.map(({ content }) => {
      const pair = [...readFields(content)];
      const [value] = [...readFields(pair.find(({ number }) => number === 2)?.content ?? Buffer.alloc(0))];
      const read =
        value?.number === 1
          ? value.content.toString()
          : (value?.integer ?? value?.content.readDoubleLE() ?? Number.NaN);
      return [textOf(pair, 1), read];
    }),
  );
}

function textOf(fields: readonly Field[], wanted: number): string {
  return fields.find(({ number }) => number === wanted)?.content.toString() ?? '';
}
