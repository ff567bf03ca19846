import type { MetricKind } from '@musubi/contract/catalogue';
import { ValueType } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  InstrumentType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { VERSION } from '../../version.ts';
import type { Attributes } from '../edge-attributes.ts';
import { countOf, type Distribution, type Family } from '../family.ts';

/**
 * The most points in one request. Collectors accept 4 MiB over gRPC by default, and a point has less than 500 bytes (700
 * in a histogram) with host names and IPv6 addresses of full length.
 */
export const MAX_BATCH_POINTS = 5000;

const INSTRUMENTS = {
  counter: InstrumentType.OBSERVABLE_COUNTER,
  updown: InstrumentType.OBSERVABLE_UP_DOWN_COUNTER,
  gauge: InstrumentType.OBSERVABLE_GAUGE,
  histogram: InstrumentType.HISTOGRAM,
} as const satisfies Record<MetricKind, InstrumentType>;

/**
 * Converts families to OpenTelemetry points, in batches of at most `MAX_BATCH_POINTS`. The SDK's instruments are not
 * used: they keep exporting attribute sets that are no longer observed, and fold all beyond 2000 into one. All points of
 * an export have the same time, `now` (ms since 1970).
 */
export function toBatches(families: Iterable<Family>, resource: Attributes, now: number): ResourceMetrics[] {
  const batches: MetricData[][] = [[]];
  let free = MAX_BATCH_POINTS;
  for (const family of families) {
    for (let from = 0; from < family.points.length; ) {
      if (free === 0) {
        batches.push([]);
        free = MAX_BATCH_POINTS;
      }
      const points = family.points.slice(from, from + free);
      batches.at(-1)?.push(toMetricData({ ...family, points }, now));
      from += points.length;
      free -= points.length;
    }
  }
  return batches
    .filter((metrics) => metrics.length > 0)
    .map((metrics) => ({
      resource: resourceFromAttributes(resource),
      scopeMetrics: [{ scope: { name: 'musubi', version: VERSION }, metrics }],
    }));
}

function toMetricData({ definition, points }: Family, now: number): MetricData {
  const endTime = millisToHrTime(now);
  const { name, help: description, unit, kind, integer } = definition;
  const descriptor = {
    name,
    description,
    unit,
    type: INSTRUMENTS[kind],
    valueType: integer ? ValueType.INT : ValueType.DOUBLE,
    advice: {},
  };
  const dataPoints = points.map(({ attributes, more, value, since }) => ({
    // If the clock was set back, a sum must not start after its own time.
    startTime: millisToHrTime(Math.min(since, now)),
    endTime,
    attributes: more ? { ...attributes, ...more } : attributes,
    value: typeof value === 'number' ? value : toHistogram(value),
  }));
  const common = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE };
  // The kind in the catalogue determines the type of the values.
  const numbers = dataPoints as DataPoint<number>[];
  if (kind === 'gauge') return { ...common, dataPointType: DataPointType.GAUGE, dataPoints: numbers };
  if (kind === 'histogram') {
    const dataPointType = DataPointType.HISTOGRAM;
    return { ...common, dataPointType, dataPoints: dataPoints as DataPoint<Histogram>[] };
  }
  const isMonotonic = kind === 'counter';
  return { ...common, dataPointType: DataPointType.SUM, isMonotonic, dataPoints: numbers };
}

function toHistogram(value: Distribution): Histogram {
  const { bounds, counts, sum } = value;
  return { buckets: { boundaries: [...bounds], counts: [...counts] }, sum, count: countOf(value) };
}
