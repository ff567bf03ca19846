import { EDGE_METRICS, type MetricDefinition, SELF_METRICS } from '@musubi/contract/catalogue';
import { millisToHrTime } from '@opentelemetry/core';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Family } from '../family.ts';
import { type Batch, countPoints, halveBatch, packBatch, toResourceMetrics, unpackBatch } from './batch.ts';
import { MAX_BATCH_BYTES, toBatches } from './to-batches.ts';

const NOW = 1_700_000_000_500;
const resource = { 'service.name': 'musubi', 'host.name': 'h' };

function family(definition: MetricDefinition, count: number, name = ''): Family {
  const points = Array.from({ length: count }, (_, pid) => ({
    attributes: { 'src.pid': pid, ...(name !== '' && { 'src.service': name }) },
    value: definition.kind === 'histogram' ? distribution : pid,
    since: NOW - 2000,
  }));
  return { definition, points };
}

const encodedSize = (batch: Batch) =>
  ProtobufMetricsSerializer.serializeRequest(toResourceMetrics(batch))?.length ?? Number.NaN;

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
  expect(batch.resource).toEqual(resource);
  expect(batch.metrics).toMatchObject([
    {
      descriptor: { name: 'service.dependency.connection.opened', unit: '{connection}' },
      dataPointType: DataPointType.SUM,
      isMonotonic: true,
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPoints: [
        {
          attributes: { ...odd, ...more },
          startTime: millisToHrTime(NOW - 2000),
          endTime: millisToHrTime(NOW),
          value: 2 ** 40,
        },
      ],
    },
    { dataPointType: DataPointType.SUM, isMonotonic: false, dataPoints: [{ attributes: {}, value: -3 }] },
    { dataPointType: DataPointType.GAUGE, dataPoints: [{ value: 0.25 }] },
  ]);
});

it('converts a distribution to a cumulative histogram with its bounds', () => {
  const value = { bounds: [0.1, 0.5], counts: [2, 0, 1], sum: 0.75 };
  const points = [{ attributes: { 'src.pid': 1 }, value, since: NOW - 2000 }];
  expect(one([{ definition: EDGE_METRICS.setup, points }]).metrics).toMatchObject([
    {
      dataPointType: DataPointType.HISTOGRAM,
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPoints: [
        { value: { buckets: { boundaries: [0.1, 0.5], counts: [2, 0, 1] }, sum: 0.75, count: 3 } },
      ],
    },
  ]);
});

it('starts no sum after its own time, although the clock was set back meanwhile', () => {
  const [point] = one([family(EDGE_METRICS.opened, 1)], NOW - 5000).metrics[0]?.dataPoints ?? [];
  expect(point?.startTime).toEqual(point?.endTime);
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
  for (const batch of batches) expect(encodedSize(batch)).toBeLessThanOrEqual(MAX_BATCH_BYTES);
  // Nor are they much smaller than necessary.
  expect(encodedSize(batches[0] as Batch)).toBeGreaterThan(0.8 * MAX_BATCH_BYTES);
  expect(batches.reduce((sum, batch) => sum + countPoints(batch), 0)).toBe(20_000);
});

const definitions = Object.values({ ...EDGE_METRICS, ...SELF_METRICS });
const distribution = { bounds: [0.1, 0.5, 1], counts: [1, 2, 3, 2 ** 40], sum: 0.75 };
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
  batches.flatMap(({ metrics }) =>
    metrics.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ value }) => `${descriptor.name} ${value}`),
    ),
  );

it('keeps every point, in order, in batches within the limit or of one point', () => {
  fc.assert(
    fc.property(anyFamilies, fc.integer({ min: 300, max: 20_000 }), (families, maxBytes) => {
      const batches = [...toBatches(families, resource, NOW, maxBytes)];
      for (const batch of batches)
        expect(countPoints(batch) === 1 || encodedSize(batch) <= maxBytes).toBe(true);
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
        expect(unpackBatch(packBatch(batch))).toEqual(batch);
        const parts = halves(batch);
        expect(parts.every((part) => countPoints(part) === 1)).toBe(true);
        expect(valuesOf(parts)).toEqual(valuesOf([batch]));
      }
    }),
    { numRuns: 30 },
  );
});
