import { EDGE_METRICS, type MetricDefinition, SELF_METRICS } from '@musubi/contract/catalogue';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Family } from '../family.ts';
import { type Batch, countPoints, decodeBatch, encodeBatch, halveBatch, METRIC } from './batch.ts';
import { readFields } from './protobuf.ts';
import { attributesOf, readPoints } from './read-request.case.ts';
import { MAX_BATCH_BYTES, toBatches } from './to-batches.ts';

const NOW = 1_700_000_000_500;
const resource = { 'service.name': 'musubi', 'host.name': 'h' };

function family(definition: MetricDefinition, count: number, name = ''): Family {
  const points = Array.from({ length: count }, (_, pid) => ({
    attributes: { 'src.pid': pid, ...(name !== '' && { 'src.service': name }) },
    value: pid,
    since: NOW - 2000,
  }));
  return { definition, points };
}

const one = (families: Family[], now = NOW): Batch => {
  const [batch, ...more] = toBatches(families, resource, now);
  expect(more).toEqual([]);
  if (!batch) throw new Error('no batch');
  return batch;
};

it('keeps values, times, attributes, kinds and the resource', () => {
  const odd = { 'src.service': 'é"\n', 'src.pid': 7, 'dst.service': '', negative: -1, part: 0.5 };
  const more = { 'error.type': 'refused' };
  const batch = one([
    {
      definition: EDGE_METRICS.opened,
      points: [{ attributes: odd, more, value: 2 ** 40, since: NOW - 2000 }],
    },
    { definition: EDGE_METRICS.open, points: [{ attributes: {}, value: -3, since: NOW }] },
    { definition: EDGE_METRICS.rtt, points: [{ attributes: {}, value: 0.25, since: NOW }] },
  ]);
  const time = BigInt(NOW) * 1_000_000n;
  expect(readPoints(batch)).toEqual([
    {
      metric: 'service.dependency.connection.opened',
      attributes: { ...odd, ...more },
      start: time - 2_000_000_000n,
      time,
      value: 2 ** 40,
    },
    {
      metric: 'service.dependency.active_connections',
      attributes: {},
      start: time,
      time,
      value: -3,
    },
    { metric: 'service.dependency.tcp.rtt', attributes: {}, start: time, time, value: 0.25 },
  ]);
  const tails = batch.metrics.map(({ data, tail }) => [
    data,
    [...readFields(tail)].map(({ number, integer }) => [number, integer]),
  ]);
  expect(tails).toEqual([
    [
      METRIC.sum,
      [
        [2, 2],
        [3, 1],
      ],
    ],
    [METRIC.sum, [[2, 2]]],
    [METRIC.gauge, []],
  ]);
  const [field] = [...readFields(batch.resource)];
  expect(attributesOf([...readFields(field?.content ?? Buffer.alloc(0))])).toEqual(resource);
});

it('encodes a distribution as a cumulative histogram with its bounds', () => {
  const value = { bounds: [0.1, 0.5], counts: [2, 0, 1], sum: 0.75 };
  const points = [{ attributes: { 'src.pid': 1 }, value, since: NOW - 2000 }];
  const batch = one([{ definition: EDGE_METRICS.setup, points }]);
  expect(batch.metrics[0]?.data).toBe(METRIC.histogram);
  expect(readPoints(batch)).toMatchObject([
    {
      attributes: { 'src.pid': 1 },
      value: { count: 3, sum: 0.75, counts: [2, 0, 1], bounds: [0.1, 0.5] },
    },
  ]);
});

it('starts no sum after its own time, although the clock was set back meanwhile', () => {
  const [point] = readPoints(one([family(EDGE_METRICS.opened, 1)], NOW - 5000));
  expect(point?.start).toBe(point?.time);
});

it('makes no batch without points', () => {
  expect([...toBatches([], resource, NOW)]).toEqual([]);
  expect([...toBatches([family(EDGE_METRICS.open, 0)], resource, NOW)]).toEqual([]);
});

it('cuts batches by bytes: names of 120 wide characters fit into 4 MiB', () => {
  const families = [EDGE_METRICS.open, EDGE_METRICS.opened].map((definition) =>
    family(definition, 10_000, '𝕏'.repeat(120)),
  );
  const batches = [...toBatches(families, resource, NOW)];
  for (const batch of batches) expect(encodeBatch(batch).length).toBeLessThanOrEqual(MAX_BATCH_BYTES);
  expect(batches.reduce((sum, batch) => sum + countPoints(batch), 0)).toBe(20_000);
});

const definitions = Object.values({ ...EDGE_METRICS, ...SELF_METRICS }).filter(
  ({ kind }) => kind !== 'histogram',
);
const anyFamilies = fc
  .array(fc.record({ count: fc.nat(60), name: fc.string({ maxLength: 400, unit: 'binary' }) }), {
    maxLength: 6,
  })
  .map((all) =>
    all.map(({ count, name }, at) =>
      family(definitions[at] ?? EDGE_METRICS.open, count, name.toWellFormed()),
    ),
  );
const valuesOf = (batches: readonly Batch[]) =>
  batches.flatMap(readPoints).map(({ metric, value }) => `${metric} ${value}`);

it('keeps every point, in order, in batches within the limit or of one point', () => {
  fc.assert(
    fc.property(anyFamilies, fc.integer({ min: 300, max: 20_000 }), (families, maxBytes) => {
      const batches = [...toBatches(families, resource, NOW, maxBytes)];
      for (const batch of batches)
        expect(countPoints(batch) === 1 || encodeBatch(batch).length <= maxBytes).toBe(true);
      const wanted = families.flatMap(({ definition, points }) =>
        points.map(({ value }) => `${definition.name} ${value}`),
      );
      expect(valuesOf(batches)).toEqual(wanted);
    }),
  );
});

it('is cut in halves with all points, down to one', () => {
  const halves = (batch: Batch): Batch[] => {
    const both = halveBatch(batch);
    return both ? both.flatMap(halves) : [batch];
  };
  fc.assert(
    fc.property(anyFamilies, (families) => {
      const batches = [...toBatches(families, resource, NOW)];
      for (const batch of batches) {
        const decoded = decodeBatch(encodeBatch(batch));
        expect(encodeBatch(decoded).equals(encodeBatch(batch))).toBe(true);
        const parts = halves(decoded);
        expect(parts.every((part) => countPoints(part) === 1)).toBe(true);
        expect(valuesOf(parts.map((part) => decodeBatch(encodeBatch(part))))).toEqual(valuesOf([batch]));
      }
    }),
    { numRuns: 30 },
  );
});
