import { prometheusLabel, prometheusName } from '@musubi/contract/prometheus-name';
import type { Attributes } from './edge-attributes.ts';
import { countOf, type Family, type Point } from './family.ts';

/** The media type of the text format (https://prometheus.io/docs/instrumenting/exposition_formats/). */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const TYPES = { counter: 'counter', updown: 'gauge', gauge: 'gauge', histogram: 'histogram' } as const;

/** Approximate length of a part of the page, in characters: what is written at once and held in memory. */
const PART = 64 * 1024;

/**
 * Families as a Prometheus text page, in parts. `resource` becomes `target_info`, as Prometheus does with OTLP. Families
 * without points are left out.
 */
export function* prometheusText(families: Iterable<Family>, resource: Attributes): Generator<string> {
  let part = '';
  for (const { definition, points } of families) {
    if (points.length === 0) continue;
    const name = prometheusName(definition);
    part += `# HELP ${name} ${escapeHelp(definition.help)}\n# TYPE ${name} ${TYPES[definition.kind]}\n`;
    for (const point of points) {
      part += sample(name, labelsOf(point), point.value);
      if (part.length >= PART) {
        yield part;
        part = '';
      }
    }
  }
  part += '# HELP target_info The exporter and its host.\n# TYPE target_info gauge\n';
  yield `${part}target_info${braced(labelPairs(resourceLabels(resource)))} 1\n`;
}

function sample(name: string, labels: string, value: Point['value']): string {
  if (typeof value === 'number') return `${name}${braced(labels)} ${value}\n`;
  // Buckets are cumulative; the last has no bound.
  let below = 0;
  let lines = '';
  value.counts.forEach((count, at) => {
    below += count;
    lines += `${name}_bucket{${joined(labels, `le="${value.bounds[at] ?? '+Inf'}"`)}} ${below}\n`;
  });
  const summed = braced(labels);
  return `${lines}${name}_sum${summed} ${value.sum}\n${name}_count${summed} ${countOf(value)}\n`;
}

/** Labels by attributes: an edge has the same attributes in all of its metrics, at every scrape. */
const written = new WeakMap<Attributes, string>();

function labelsOf({ attributes, more }: Point): string {
  let labels = written.get(attributes);
  if (labels === undefined) {
    labels = labelPairs(attributes);
    written.set(attributes, labels);
  }
  return more ? joined(labels, labelPairs(more)) : labels;
}

function joined(labels: string, more: string): string {
  return labels === '' ? more : `${labels},${more}`;
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}

/**
 * The attributes that identify the exporter are left out: the scrape adds them as `job` and `instance`. The values of
 * attributes with the same label (`a.b`, `a_b`) are joined as Prometheus does, which rejects duplicate labels.
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

function labelPairs(attributes: Attributes): string {
  const pairs: string[] = [];
  for (const name in attributes) pairs.push(`${labelName(name)}="${escapeLabel(`${attributes[name]}`)}"`);
  return pairs.join(',');
}

/** Label names by attribute name. There are few, but a page of 20,000 edges contains over a million. */
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
