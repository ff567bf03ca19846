/** Required label values: a value, or one of several. */
export type Matchers = Readonly<Record<string, string | readonly [string, ...string[]]>>;

/**
 * A PromQL selector: `name{label="value",other=~"one|two"}`. Values are untrusted and escaped; names of metrics and
 * labels are trusted.
 */
export function selector(metric: string, matchers: Matchers = {}): string {
  const pairs = Object.entries(matchers).map(([label, wanted]) => {
    const values = typeof wanted === 'string' ? [wanted] : wanted;
    const [first = ''] = values;
    if (values.length === 1) return `${label}=${quote(first)}`;
    return `${label}=~${quote(values.map(escapePattern).join('|'))}`;
  });
  return pairs.length === 0 ? metric : `${metric}{${pairs.join(',')}}`;
}

/** JSON's escapes are a subset of those of PromQL's strings, which are Go's. Neither allows lone surrogates. */
function quote(text: string): string {
  return JSON.stringify(text.toWellFormed());
}

/** Like RE2's QuoteMeta: plain alternatives, which Prometheus looks up in its index. */
function escapePattern(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}
