import { field } from '@musubi/agent/http/json-fields';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface Series {
  readonly labels: Labels;
  /** Unix seconds and the value at that time, in order. */
  readonly points: readonly (readonly [time: number, value: number])[];
}

/*
 * The `data` of a response of the Prometheus HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/).
 * Each function returns undefined for anything else. Native histograms are skipped.
 */

export function parseVector(data: unknown): Sample[] | undefined {
  return parseResult(data, 'vector', 'value', (value) => {
    const point = parsePoint(value);
    return point && { value: point[1] };
  });
}

export function parseMatrix(data: unknown): Series[] | undefined {
  return parseResult(data, 'matrix', 'values', (values) => {
    const points = Array.isArray(values) ? values.map(parsePoint) : [undefined];
    return points.every((point) => point !== undefined) ? { points } : undefined;
  });
}

export function parseTexts(data: unknown): string[] | undefined {
  return Array.isArray(data) && data.every((text) => typeof text === 'string') ? data : undefined;
}

function parseResult<T extends object>(
  data: unknown,
  type: string,
  key: string,
  parse: (value: unknown) => T | undefined,
): ({ labels: Labels } & T)[] | undefined {
  const result = field(data, 'result');
  if (field(data, 'resultType') !== type || !Array.isArray(result)) return undefined;
  const rows: ({ labels: Labels } & T)[] = [];
  for (const row of result) {
    const labels = field(row, 'metric');
    const value = field(row, key);
    if (value === undefined && field(row, `${key.replace('value', 'histogram')}`) !== undefined) continue;
    const parsed = parse(value);
    if (!isLabels(labels) || parsed === undefined) return undefined;
    rows.push({ labels, ...parsed });
  }
  return rows;
}

function isLabels(labels: unknown): labels is Labels {
  if (typeof labels !== 'object' || labels === null) return false;
  return Object.values(labels).every((value) => typeof value === 'string');
}

function parsePoint(point: unknown): [number, number] | undefined {
  if (!Array.isArray(point)) return undefined;
  const [time, text] = point;
  return typeof time === 'number' && typeof text === 'string' ? [time, parseNumber(text)] : undefined;
}

/** In Go's notation. */
function parseNumber(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return text === '' ? Number.NaN : Number(text);
}
