import type { Attributes } from './edge-attributes.ts';
import { countOf, type Distribution, type Family } from './family.ts';
import { prometheusLabel, prometheusName } from './prometheus-name.ts';

/** The media type of the text format (https://prometheus.io/docs/instrumenting/exposition_formats/). */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const TYPES = { counter: 'counter', updown: 'gauge', gauge: 'gauge', histogram: 'histogram' } as const;

/**
 * Families as a Prometheus text page. `resource` becomes `target_info`, as it does when the same arrives by
 * OTLP; families without points are left out.
 */
export function prometheusText(families: readonly Family[], resource: Attributes): string {
  const lines: string[] = [];
  // An edge has the same attributes in most of its metrics.
  const written = new Map<Attributes, string>();
  const labelsOf = (attributes: Attributes): string => {
    const known = written.get(attributes);
    if (known !== undefined) return known;
    const text = labels(attributes);
    written.set(attributes, text);
    return text;
  };
  for (const { definition, points } of families) {
    if (points.length === 0) continue;
    const name = prometheusName(definition);
    lines.push(`# HELP ${name} ${escapeHelp(definition.help)}`, `# TYPE ${name} ${TYPES[definition.kind]}`);
    for (const { attributes, value } of points) {
      if (typeof value === 'number') lines.push(`${name}${labelsOf(attributes)} ${value}`);
      else lines.push(...histogramLines(name, labelsOf(attributes), value));
    }
  }
  lines.push('# HELP target_info The exporter and its host.', '# TYPE target_info gauge');
  lines.push(`target_info${labels(resourceLabels(resource))} 1`, '');
  return lines.join('\n');
}

/** Buckets count all up to their bound; the last has none. */
function histogramLines(name: string, labels: string, value: Distribution): string[] {
  const others = labels === '' ? '' : `${labels.slice(1, -1)},`;
  let below = 0;
  const buckets = value.counts.map((count, at) => {
    below += count;
    return `${name}_bucket{${others}le="${value.bounds[at] ?? '+Inf'}"} ${below}`;
  });
  return [...buckets, `${name}_sum${labels} ${value.sum}`, `${name}_count${labels} ${countOf(value)}`];
}

/**
 * Those that identify the exporter are the scrape's own labels, `job` and `instance`. Values of attributes that
 * make the same label (`a.b`, `a_b`) are joined as Prometheus joins them, which refuses a label given twice.
 */
function resourceLabels(resource: Attributes): Attributes {
  const identifying = new Set(['service.name', 'service.namespace', 'service.instance.id']);
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(resource).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (identifying.has(name)) continue;
    const label = prometheusLabel(name);
    joined[label] = joined[label] === undefined ? `${value}` : `${joined[label]};${value}`;
  }
  return joined;
}

function labels(attributes: Attributes): string {
  const pairs: string[] = [];
  for (const name in attributes) pairs.push(`${labelName(name)}="${escapeLabel(`${attributes[name]}`)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}

/** Names are few and every series has most of them: a page of 20,000 edges spells over a million. */
const labelNames = new Map<string, string>();

function labelName(attribute: string): string {
  let label = labelNames.get(attribute);
  if (label === undefined) {
    label = prometheusLabel(attribute);
    labelNames.set(attribute, label);
  }
  return label;
}

function escapeLabel(value: string): string {
  if (!/[\\"\n]/.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
