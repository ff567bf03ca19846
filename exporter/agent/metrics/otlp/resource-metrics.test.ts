import { EDGE_METRICS, type MetricDefinition, SELF_METRICS } from '@musubi/contract/catalogue';
import { AggregationTemporality, DataPointType, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Family } from '../family.ts';
import { MAX_BATCH_POINTS, toBatches } from './resource-metrics.ts';

const NOW = 1_700_000_000_500;
const resource = { 'service.name': 'musubi', 'host.name': 'h' };

function family(definition: MetricDefinition, count: number): Family {
  const points = Array.from({ length: count }, (_, pid) => ({
    attributes: { 'src.pid': pid },
    value: pid,
    since: NOW - 2000,
  }));
  return { definition, points };
}

const metricsOf = (batch: ResourceMetrics) => batch.scopeMetrics.flatMap(({ metrics }) => metrics);

it('keeps kind, unit, value type, times and attributes', () => {
  const definitions = [EDGE_METRICS.opened, EDGE_METRICS.open, EDGE_METRICS.rtt];
  const [batch, ...more] = toBatches(
    definitions.map((definition) => family(definition, 1)),
    resource,
    NOW,
  );
  expect(more).toEqual([]);
  expect(batch?.resource.attributes).toEqual(resource);
  const [counter, updown, gauge] = batch ? metricsOf(batch) : [];
  const time = { startTime: [1_699_999_998, 500_000_000], endTime: [1_700_000_000, 500_000_000] };
  expect(counter).toMatchObject({
    descriptor: { name: 'service.dependency.connection.opened', unit: '{connection}', valueType: 0 },
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPoints: [{ ...time, attributes: { 'src.pid': 0 }, value: 0 }],
  });
  expect(updown).toMatchObject({ dataPointType: DataPointType.SUM, isMonotonic: false });
  expect(gauge).toMatchObject({
    descriptor: { unit: 's', valueType: 1 },
    dataPointType: DataPointType.GAUGE,
    dataPoints: [time],
  });
});

it('converts a distribution to a cumulative histogram with its bounds', () => {
  const value = { bounds: [0.1, 0.5], counts: [2, 0, 1], sum: 0.75 };
  const points = [{ attributes: { 'src.pid': 1 }, value, since: NOW - 2000 }];
  const [batch] = toBatches([{ definition: EDGE_METRICS.setup, points }], resource, NOW);
  expect(batch && metricsOf(batch)).toMatchObject([
    {
      descriptor: { name: 'service.dependency.connection.setup.duration', unit: 's', valueType: 1 },
      dataPointType: DataPointType.HISTOGRAM,
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPoints: [
        {
          startTime: [1_699_999_998, 500_000_000],
          attributes: { 'src.pid': 1 },
          value: { buckets: { boundaries: [0.1, 0.5], counts: [2, 0, 1] }, sum: 0.75, count: 3 },
        },
      ],
    },
  ]);
});

it('starts no sum after its own time, although the clock was set back meanwhile', () => {
  const [batch] = toBatches([family(EDGE_METRICS.opened, 1)], resource, NOW - 5000);
  const [point] = batch ? (metricsOf(batch)[0]?.dataPoints ?? []) : [];
  expect(point?.startTime).toEqual(point?.endTime);
});

it('makes no batch without points', () => {
  expect(toBatches([], resource, NOW)).toEqual([]);
  expect(toBatches([family(EDGE_METRICS.open, 0)], resource, NOW)).toEqual([]);
});

it('keeps every point, in order, in batches of which only the last is not full', () => {
  const sizes = fc.array(fc.oneof(fc.nat(3), fc.nat(7000), fc.constantFrom(5000, 10_000)), { maxLength: 5 });
  const definitions = Object.values({ ...EDGE_METRICS, ...SELF_METRICS }).filter(
    ({ kind }) => kind !== 'histogram',
  );
  fc.assert(
    fc.property(sizes, (counts) => {
      const families = counts.map((count, at) => family(definitions[at] ?? EDGE_METRICS.open, count));
      const batches = toBatches(families, resource, NOW);
      const lengths = batches.map((batch) =>
        metricsOf(batch).reduce((sum, { dataPoints }) => sum + dataPoints.length, 0),
      );
      expect(lengths.slice(0, -1).every((length) => length === MAX_BATCH_POINTS)).toBe(true);
      expect(lengths.at(-1) ?? 1).toBeGreaterThan(0);
      expect(lengths.at(-1) ?? 1).toBeLessThanOrEqual(MAX_BATCH_POINTS);
      const sent = batches
        .flatMap(metricsOf)
        .flatMap(({ descriptor, dataPoints }) =>
          dataPoints.map(({ value }) => `${descriptor.name} ${value}`),
        );
      const wanted = families.flatMap(({ definition, points }) =>
        points.map(({ value }) => `${definition.name} ${value}`),
      );
      expect(sent.join('\n') === wanted.join('\n')).toBe(true);
    }),
    { numRuns: 30 },
  );
});
