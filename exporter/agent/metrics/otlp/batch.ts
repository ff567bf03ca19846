import { deserialize, serialize } from 'node:v8';
import { gunzipSync, gzipSync } from 'node:zlib';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { VERSION } from '../../version.ts';
import type { Attributes } from '../edge-attributes.ts';

/** The content of one request: plain values, so that a batch can be stored. */
export interface Batch {
  /** The attributes of the resource. */
  readonly resource: Attributes;
  readonly metrics: readonly MetricData[];
  /** About the size of the encoded request. */
  readonly bytes: number;
}

/** A batch as OpenTelemetry's exporters take it. */
export function toResourceMetrics({ resource, metrics }: Batch): ResourceMetrics {
  return {
    resource: resourceFromAttributes(resource),
    scopeMetrics: [{ scope: { name: 'musubi', version: VERSION }, metrics: [...metrics] }],
  };
}

/** Compresses a batch, to store it. */
export function packBatch(batch: Batch): Buffer {
  return gzipSync(serialize(batch));
}

export function unpackBatch(packed: Buffer): Batch {
  return deserialize(gunzipSync(packed));
}

export function countPoints({ metrics }: Batch): number {
  return metrics.reduce((sum, { dataPoints }) => sum + dataPoints.length, 0);
}

/** Two batches with half of the points each; undefined for a batch of one point. */
export function halveBatch(batch: Batch): readonly [Batch, Batch] | undefined {
  const half = Math.floor(countPoints(batch) / 2);
  if (half === 0) return undefined;
  const [first, second]: [MetricData[], MetricData[]] = [[], []];
  let free = half;
  for (const metric of batch.metrics) {
    const { length } = metric.dataPoints;
    if (free > 0) first.push(withPoints(metric, 0, free));
    if (free < length) second.push(withPoints(metric, Math.max(0, free), length));
    free = Math.max(0, free - length);
  }
  const bytes = Math.ceil(batch.bytes / 2);
  return [
    { ...batch, metrics: first, bytes },
    { ...batch, metrics: second, bytes },
  ];
}

function withPoints(metric: MetricData, from: number, to: number): MetricData {
  // The type of the points depends on that of the metric, which stays.
  return { ...metric, dataPoints: metric.dataPoints.slice(from, to) } as MetricData;
}
