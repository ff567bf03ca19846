import { type AllowedEdges, compareEdges, type Expectations, labelsOf } from './expectations.ts';

const HEADER = `# Made by \`musubi expect render\`: change the file it was made from, and render it again.
groups:
  - name: musubi-expected-edges
    interval: 30s
`;

const SEEN = 'musubi:service_edge:last_seen_seconds';

/**
 * The rule file for Prometheus: a series for each expected dependency, whose value is the seconds for which it may be
 * unused; out of those seen, the ones that are allowed; and the ones that are neither. `musubi-alerts.yaml` compares them
 * with what is there. Whether an edge is known is asked of the edges in one query: what is seen a moment later, by
 * another group of rules, would be unknown until this one came to it.
 */
export function renderRules({ expected, allowed }: Expectations): string {
  if (expected.length + allowed.length === 0) return `${HEADER}    rules: []\n`;
  const gaps = expected.toSorted(compareEdges).flatMap((edge) => [
    '      - record: musubi:expected_edge:max_gap_seconds',
    // PromQL knows infinity by the name Inf only.
    `        expr: vector(${Number.isFinite(edge.maxGap) ? edge.maxGap : 'Inf'})`,
    '        labels:',
    ...Object.entries(labelsOf(edge)).map(([label, value]) => `          ${label}: ${quote(value)}`),
  ]);
  const known = allowed.map(selectorOf).join(' or ');
  const unlisted = [
    `${SEEN} unless last_over_time(musubi:expected_edge:max_gap_seconds[1ms])`,
    ...(known ? [`unless (${known})`] : []),
  ].join(' ');
  const judged = [
    ...(known ? [ruleOf('musubi:allowed_edge:last_seen_seconds', known)] : []),
    ruleOf('musubi:unlisted_edge:last_seen_seconds', unlisted),
  ];
  return `${HEADER}    rules:\n${[...gaps, ...judged].join('\n')}\n`;
}

const ruleOf = (record: string, expr: string) => `      - record: ${record}\n        expr: ${quote(expr)}`;

function selectorOf({ source, destination, port }: AllowedEdges): string {
  const matchers = Object.entries({ src_service: source, dst_service: destination, dst_port: port }).map(
    ([label, pattern]) => `${label}=~${quote(pattern)}`,
  );
  return `${SEEN}{${matchers.join(',')}}`;
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
