/**
 * A request of the OTLP metrics service in parts, so that it can be cut between data points
 * (opentelemetry-proto, collector/metrics/v1/metrics_service.proto and metrics/v1/metrics.proto).
 */
import { bytesField, type Field, readFields } from './protobuf.ts';

/** Numbers of fields. */
const REQUEST = { resourceMetrics: 1 } as const;
export const RESOURCE_METRICS = { resource: 1, scopeMetrics: 2 } as const;
export const SCOPE_METRICS = { scope: 1, metrics: 2 } as const;
export const METRIC = { name: 1, description: 2, unit: 3, gauge: 5, sum: 7, histogram: 9 } as const;
/** The data points are the first field of a gauge, a sum and a histogram. */
export const DATA_POINTS = 1;

/** A metric and some of its points, each part as encoded fields. */
export interface MetricPart {
  /** Name, description and unit. */
  readonly head: Buffer;
  /** The field of the points: `METRIC.gauge`, `METRIC.sum` or `METRIC.histogram`. */
  readonly data: number;
  /** What the data have besides points, such as their temporality. */
  readonly tail: Buffer;
  /** Each as a field. */
  readonly points: readonly Buffer[];
}

export interface Batch {
  /** The field `resource`. */
  readonly resource: Buffer;
  /** The field `scope`. */
  readonly scope: Buffer;
  readonly metrics: readonly MetricPart[];
}

export function encodeBatch({ resource, scope, metrics }: Batch): Buffer {
  const encoded = metrics.map(({ head, data, tail, points }) =>
    bytesField(SCOPE_METRICS.metrics, head, bytesField(data, ...points, tail)),
  );
  const scopeMetrics = bytesField(RESOURCE_METRICS.scopeMetrics, scope, ...encoded);
  return bytesField(REQUEST.resourceMetrics, resource, scopeMetrics);
}

/** The parts of a request that `encodeBatch` made. */
export function decodeBatch(request: Buffer): Batch {
  const resourceMetrics = only(readFields(request), REQUEST.resourceMetrics);
  const scopeMetrics = only(readFields(resourceMetrics.content), RESOURCE_METRICS.scopeMetrics);
  const fields = [...readFields(scopeMetrics.content)];
  return {
    resource: only(readFields(resourceMetrics.content), RESOURCE_METRICS.resource).whole,
    scope: only(fields, SCOPE_METRICS.scope).whole,
    metrics: fields
      .filter(({ number }) => number === SCOPE_METRICS.metrics)
      .map(({ content }) => decodeMetric(content)),
  };
}

function decodeMetric(metric: Buffer): MetricPart {
  const fields = [...readFields(metric)];
  const isData = ({ number }: Field) => number > METRIC.unit;
  const data = fields.find(isData);
  const inner = data ? [...readFields(data.content)] : [];
  const isPoint = ({ number }: Field) => number === DATA_POINTS;
  return {
    head: whole(fields.filter((field) => !isData(field))),
    data: data?.number ?? METRIC.gauge,
    tail: whole(inner.filter((field) => !isPoint(field))),
    points: inner.filter(isPoint).map((field) => field.whole),
  };
}

const whole = (fields: readonly Field[]) => Buffer.concat(fields.map((field) => field.whole));

function only(fields: Iterable<Field>, number: number): Field {
  for (const field of fields) if (field.number === number) return field;
  throw new Error(`protocol buffer without field ${number}`);
}

export function countPoints({ metrics }: Batch): number {
  return metrics.reduce((sum, { points }) => sum + points.length, 0);
}

/** Two batches with half of the points each; undefined for a batch of one point. */
export function halveBatch(batch: Batch): readonly [Batch, Batch] | undefined {
  const half = Math.floor(countPoints(batch) / 2);
  if (half === 0) return undefined;
  const [first, second]: [MetricPart[], MetricPart[]] = [[], []];
  let free = half;
  for (const metric of batch.metrics) {
    const { points } = metric;
    if (free > 0) first.push({ ...metric, points: points.slice(0, free) });
    if (free < points.length) second.push({ ...metric, points: points.slice(free) });
    free = Math.max(0, free - points.length);
  }
  return [
    { ...batch, metrics: first },
    { ...batch, metrics: second },
  ];
}
