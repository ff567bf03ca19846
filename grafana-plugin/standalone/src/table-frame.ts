import type { DataFrame, Field } from '@grafana/data';

/** One sample of an instant query, as in Prometheus' HTTP API. */
export interface InstantSample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [unixSeconds: number, value: string];
}

const SPECIAL: Record<string, number> = { '+Inf': Infinity, '-Inf': -Infinity, NaN: Number.NaN };

/** Grafana's types without its code, which keeps the tests of this file fast. */
const fieldType = (name: `${Field['type']}`) => name as Field['type'];

/**
 * Converts the response to one instant query as Grafana's Prometheus data source does in the format "Table": one
 * frame with the time, a text field per label (absent labels are '') and the value.
 *
 * @param valueName `Value`, or `Value #refId` when the panel has several such queries
 */
export function toTableFrame(refId: string, valueName: string, samples: readonly InstantSample[]): DataFrame {
  const meta = { preferredVisualisationType: 'rawPrometheus' as const };
  if (samples.length === 0) return { refId, fields: [], length: 0, meta };
  const labels = [...new Set(samples.flatMap(({ metric }) => Object.keys(metric)))].sort();
  return {
    refId,
    length: samples.length,
    meta,
    fields: [
      {
        name: 'Time',
        type: fieldType('time'),
        config: {},
        values: samples.map(({ value: [seconds] }) => Math.round(seconds * 1000)),
      },
      ...labels.map((name) => ({
        name,
        type: fieldType('string'),
        config: { filterable: true },
        values: samples.map(({ metric }) => metric[name] ?? ''),
      })),
      {
        name: valueName,
        type: fieldType('number'),
        config: {},
        values: samples.map(({ value: [, text] }) => SPECIAL[text] ?? Number(text)),
      },
    ],
  };
}
