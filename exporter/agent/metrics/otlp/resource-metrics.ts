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
 * The most points in one request. Collectors take 4 MiB by gRPC unless told otherwise, and a point of ours is
 * below 500 bytes, or 700 for a histogram's, with host names and IPv6 addresses of full length.
 */
export const MAX_BATCH_POINTS = 5000;

const INSTRUMENTS = {
  counter: InstrumentType.OBSERVABLE_COUNTER,
  updown: InstrumentType.OBSERVABLE_UP_DOWN_COUNTER,
  gauge: InstrumentType.OBSERVABLE_GAUGE,
  histogram: InstrumentType.HISTOGRAM,
} as const satisfies Record<MetricKind, InstrumentType>;

/**
 * Families as ready-made OpenTelemetry points, in batches of at most `MAX_BATCH_POINTS`. They do not go
 * through the SDK's instruments, which keep exporting attribute sets that are no longer observed and fold all
 * beyond 2000 into one. All points of an export carry the same time, `now` (ms since 1970).
 */
export function toBatches(families: Iterable<Family>, resource: Attributes, now: number): ResourceMetrics[] {
  const batches: MetricData[][] = [[]];
  let room = MAX_BATCH_POINTS;
  for (const family of families) {
    for (let from = 0; from < family.points.length; ) {
      if (room === 0) {
        batches.push([]);
        room = MAX_BATCH_POINTS;
      }
      const points = family.points.slice(from, from + room);
      batches.at(-1)?.push(toMetricData({ ...family, points }, now));
      from += points.length;
      room -= points.length;
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
    // Set back, the clock would have a sum begin after its end.
    startTime: millisToHrTime(Math.min(since, now)),
    endTime,
    attributes: more ? { ...attributes, ...more } : attributes,
    value: typeof value === 'number' ? value : toHistogram(value),
  }));
  const common = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE };
  // The catalogue's kind says which values a metric has.
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
