import type { MetricKind } from '@musubi/contract/catalogue';
import { ValueType } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  InstrumentType,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import { VERSION } from '../../version.ts';
import type { Attributes } from '../edge-attributes.ts';
import { countOf, type Distribution, type Family, type Point } from '../family.ts';
import type { Batch } from './batch.ts';
import { attributesSize, metricSize, pointSize, requestSize } from './encoded-size.ts';

/**
 * The most bytes in one request. Collectors accept 4 MiB by default over gRPC; names of any length are possible, so
 * that points do not bound it.
 */
export const MAX_BATCH_BYTES = 2 * 1024 * 1024;

const INSTRUMENTS = {
  counter: InstrumentType.OBSERVABLE_COUNTER,
  updown: InstrumentType.OBSERVABLE_UP_DOWN_COUNTER,
  gauge: InstrumentType.OBSERVABLE_GAUGE,
  histogram: InstrumentType.HISTOGRAM,
} as const satisfies Record<MetricKind, InstrumentType>;

/**
 * Converts families to OpenTelemetry points, in batches that take at most `maxBytes` encoded (but have one point at
 * least), each made on demand. The SDK's instruments are not used: they keep exporting attribute sets that are no longer
 * observed, and fold all beyond 2000 into one. All points have the same time, `now` (ms since 1970).
 */
export function* toBatches(
  families: Iterable<Family>,
  resource: Attributes,
  now: number,
  maxBytes: number = MAX_BATCH_BYTES,
): Generator<Batch> {
  const base = requestSize(resource, ['musubi', VERSION]);
  const sizeOf = createPointSizes();
  let metrics: MetricData[] = [];
  let size = base;

  for (const { definition, points } of families) {
    const frame = metricSize(definition.name, definition.help, definition.unit);
    let pending: Point[] = [];
    const add = () => {
      if (pending.length > 0) metrics.push(toMetricData({ definition, points: pending }, now));
      pending = [];
    };
    size += frame;
    for (const point of points) {
      const bytes = sizeOf(point);
      if (size + bytes > maxBytes && (metrics.length > 0 || pending.length > 0)) {
        add();
        yield { resource, metrics, bytes: size };
        metrics = [];
        size = base + frame;
      }
      pending.push(point);
      size += bytes;
    }
    add();
  }
  if (metrics.length > 0) yield { resource, metrics, bytes: size };
}

/** An edge has the same attributes in all of its metrics: they are measured once. */
function createPointSizes(): (point: Point) => number {
  const known = new Map<Attributes, number>();
  return (point) => {
    const { attributes, more } = point;
    let size = known.get(attributes);
    if (size === undefined) {
      size = attributesSize(attributes);
      known.set(attributes, size);
    }
    return pointSize(point, size + (more ? attributesSize(more) : 0));
  };
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
