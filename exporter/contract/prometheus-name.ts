import type { MetricDefinition } from './catalogue.ts';

/** UCUM units that become a suffix, as in Prometheus's otlptranslator (metric_namer.go, unitMap). */
const UNITS: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes', '1': 'ratio' };

/**
 * The name Prometheus gives the metric when it arrives by OTLP with its default translation
 * (UnderscoreEscapingWithSuffixes), so that pull and push agree: characters escaped, the unit appended unless
 * already a word of the name, `_total` at the end of a counter, annotations such as `{connection}` dropped.
 */
export function prometheusName({
  name,
  unit,
  kind,
}: Pick<MetricDefinition, 'name' | 'unit' | 'kind'>): string {
  const words = name.split(/[^a-zA-Z0-9]+/).filter((word) => word !== '');
  const suffix = unit === '1' && kind !== 'gauge' ? undefined : UNITS[unit];
  if (suffix && !words.includes(suffix)) words.push(suffix);
  const body = kind === 'counter' ? [...words.filter((word) => word !== 'total'), 'total'] : words;
  const joined = body.join('_');
  return /^\d/.test(joined) ? `_${joined}` : joined;
}

/** The names of the series that Prometheus stores of the metric. */
export function seriesNames(definition: Pick<MetricDefinition, 'name' | 'unit' | 'kind'>): string[] {
  const name = prometheusName(definition);
  return definition.kind === 'histogram'
    ? ['bucket', 'count', 'sum'].map((part) => `${name}_${part}`)
    : [name];
}

/** The label name of an attribute: every character that a label may not hold becomes `_`. */
export function prometheusLabel(attribute: string): string {
  const label = attribute.replace(/[^a-zA-Z0-9_]/g, '_');
  return /^\d/.test(label) ? `key_${label}` : label;
}
