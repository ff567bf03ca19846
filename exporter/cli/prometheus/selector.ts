/** What a label must be: this text, or one of these. */
export type Matchers = Readonly<Record<string, string | readonly [string, ...string[]]>>;

/**
 * A PromQL selector: `name{label="value",other=~"one|two"}`. Values are text from anywhere; none of them can end its
 * string or act as a pattern. Names of metrics and labels are the caller's own.
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

/** JSON's escapes are among those of PromQL's double-quoted strings, which are Go's. Half a character is neither's. */
function quote(text: string): string {
  return JSON.stringify(text.toWellFormed());
}

/** As RE2's QuoteMeta: a pattern of plain alternatives, which Prometheus looks up in its index as such. */
function escapePattern(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}
