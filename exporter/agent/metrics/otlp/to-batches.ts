import type { MetricKind } from '@musubi/contract/catalogue';
import { VERSION } from '../../version.ts';
import type { Attributes } from '../edge-attributes.ts';
import type { Family } from '../family.ts';
import { type Batch, METRIC, type MetricPart, RESOURCE_METRICS, SCOPE_METRICS } from './batch.ts';
import { createPointEncoder, encodeAttributes } from './points.ts';
import { bytesField, textField, varintField } from './protobuf.ts';

/**
 * The most bytes in one request. Collectors accept 4 MiB by default over gRPC; names of any length are possible, so
 * that points do not bound it.
 */
export const MAX_BATCH_BYTES = 2 * 1024 * 1024;

const DATA = {
  counter: METRIC.sum,
  updown: METRIC.sum,
  gauge: METRIC.gauge,
  histogram: METRIC.histogram,
} as const satisfies Record<MetricKind, number>;

/** Numbers of fields (opentelemetry-proto, metrics/v1/metrics.proto). */
const SUM = { temporality: 2, isMonotonic: 3 } as const;
const CUMULATIVE = 2;

/**
 * Encodes families, in batches of at most `maxBytes` (but one point at least), each made on demand. All points have the
 * same time, `now` (ms since 1970).
 */
export function* toBatches(
  families: Iterable<Family>,
  resource: Attributes,
  now: number,
  maxBytes: number = MAX_BATCH_BYTES,
): Generator<Batch> {
  const common = {
    resource: bytesField(RESOURCE_METRICS.resource, encodeAttributes(1, resource)),
    scope: bytesField(SCOPE_METRICS.scope, textField(1, 'musubi'), textField(2, VERSION)),
  };
  // The fields around them have lengths of up to four bytes each.
  const base = common.resource.length + common.scope.length + 10;
  const toPoint = createPointEncoder(now);
  let metrics: MetricPart[] = [];
  let size = base;

  for (const { definition, points } of families) {
    const empty = { ...metricOf(definition), points: [] };
    const frame = empty.head.length + empty.tail.length + 10;
    let pending: Buffer[] = [];
    const add = () => {
      if (pending.length > 0) metrics.push({ ...empty, points: pending });
      pending = [];
    };
    size += frame;
    for (const point of points) {
      const encoded = toPoint(point, definition.integer);
      if (size + encoded.length > maxBytes && (metrics.length > 0 || pending.length > 0)) {
        add();
        yield { ...common, metrics };
        metrics = [];
        size = base + frame;
      }
      pending.push(encoded);
      size += encoded.length;
    }
    add();
  }
  if (metrics.length > 0) yield { ...common, metrics };
}

function metricOf({ name, help, unit, kind }: Family['definition']): Omit<MetricPart, 'points'> {
  const cumulative = kind === 'gauge' ? [] : [varintField(SUM.temporality, CUMULATIVE)];
  return {
    head: Buffer.concat([
      textField(METRIC.name, name),
      textField(METRIC.description, help),
      textField(METRIC.unit, unit),
    ]),
    data: DATA[kind],
    tail: Buffer.concat([...cumulative, ...(kind === 'counter' ? [varintField(SUM.isMonotonic, 1)] : [])]),
  };
}
