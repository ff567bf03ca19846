import type { DataFrame, Field } from '@grafana/data';

/** A series of a range query, as in Prometheus' HTTP API. */
export interface SampledSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [unixSeconds: number, value: string])[];
}

/** Grafana's types without its code, which keeps the tests of this file fast. */
const fieldType = (name: `${Field['type']}`) => name as Field['type'];

/** Converts the response to one range query as Grafana's Prometheus data source does in the format "Time series". */
export const toSeriesFrames = (refId: string, series: readonly SampledSeries[]): DataFrame[] =>
  series.map(({ metric, values }) => ({
    refId,
    length: values.length,
    fields: [
      {
        name: 'Time',
        type: fieldType('time'),
        config: {},
        values: values.map(([seconds]) => Math.round(seconds * 1000)),
      },
      {
        name: 'Value',
        type: fieldType('number'),
        config: {},
        labels: { ...metric },
        values: values.map(([, text]) => Number(text)),
      },
    ],
  }));
