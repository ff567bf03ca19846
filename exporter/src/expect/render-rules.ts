import { type AllowedEdges, compareEdges, type Expectations, labelsOf } from './expectations.ts';

const HEADER = `# Made by \`musubi expect render\`: change the file it was made from, and render it again.
groups:
  - name: musubi-expected-edges
    interval: 30s
`;

/**
 * The rule file for Prometheus: a series for each expected dependency, whose value is the seconds for which it may be
 * unused, and those that are allowed, out of the ones seen. `musubi-alerts.yaml` compares them with what is there.
 */
export function renderRules({ expected, allowed }: Expectations): string {
  const gaps = expected.toSorted(compareEdges).flatMap((edge) => [
    '      - record: musubi:expected_edge:max_gap_seconds',
    // PromQL knows infinity by the name Inf only.
    `        expr: vector(${Number.isFinite(edge.maxGap) ? edge.maxGap : 'Inf'})`,
    '        labels:',
    ...Object.entries(labelsOf(edge)).map(([label, value]) => `          ${label}: ${quote(value)}`),
  ]);
  const known = [
    '      - record: musubi:allowed_edge:last_seen_seconds',
    `        expr: ${quote(allowed.map(selectorOf).join(' or '))}`,
  ];
  const rules = [...gaps, ...(allowed.length > 0 ? known : [])];
  return `${HEADER}${rules.length > 0 ? `    rules:\n${rules.join('\n')}\n` : '    rules: []\n'}`;
}

function selectorOf({ source, destination, port }: AllowedEdges): string {
  const matchers = Object.entries({ src_service: source, dst_service: destination, dst_port: port }).map(
    ([label, pattern]) => `${label}=~${quote(pattern)}`,
  );
  return `musubi:service_edge:last_seen_seconds{${matchers.join(',')}}`;
}

/**
 * A string in double quotes that YAML and PromQL, whose strings are those of Go, read alike. What YAML has no room for
 * as it is, or takes for the end of a line, is escaped beyond what JSON asks for (YAML 1.1, "5.1 Character Set").
 */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e\xa0-\u2027\u202a-\ufefe\uff00-\ufffd]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
