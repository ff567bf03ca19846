import type { Attributes } from './edge-attributes.ts';
import type { Family } from './family.ts';
import { prometheusLabel, prometheusName } from './prometheus-name.ts';

/** The media type of the text format (https://prometheus.io/docs/instrumenting/exposition_formats/). */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const TYPES = { counter: 'counter', updown: 'gauge', gauge: 'gauge' } as const;

/**
 * Families as a Prometheus text page. `resource` becomes `target_info`, as it does when the same arrives by
 * OTLP; families without points are left out.
 */
export function prometheusText(families: readonly Family[], resource: Attributes): string {
  const lines: string[] = [];
  for (const { definition, points } of families) {
    if (points.length === 0) continue;
    const name = prometheusName(definition);
    lines.push(`# HELP ${name} ${escapeHelp(definition.help)}`, `# TYPE ${name} ${TYPES[definition.kind]}`);
    for (const { attributes, value } of points) lines.push(`${name}${labels(attributes)} ${value}`);
  }
  lines.push('# HELP target_info The exporter and its host.', '# TYPE target_info gauge');
  lines.push(`target_info${labels(resourceLabels(resource))} 1`, '');
  return lines.join('\n');
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
  const pairs = Object.entries(attributes).map(
    ([name, value]) => `${prometheusLabel(name)}="${escapeLabel(String(value))}"`,
  );
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
