/** Building blocks for PromQL expressions. An expression is text; a label list is one name or many. */

export type Labels = readonly string[];

/**
 * A template for multi-line expressions: interpolated text keeps its lines, indented like the line it is inserted in.
 * Common leading space and outer blank lines are removed.
 */
export function promql(parts: TemplateStringsArray, ...values: readonly (string | Labels)[]): string {
  let text = '';
  parts.raw.forEach((part, at) => {
    text += part;
    if (at >= values.length) return;
    const value = values[at] ?? '';
    const indent = /(?:^|\n)( *)[^\n]*$/.exec(text)?.[1] ?? '';
    text += (typeof value === 'string' ? value : listed(value)).replaceAll('\n', `\n${indent}`);
  });
  const lines = text.replace(/^\n/, '').trimEnd().split('\n');
  const margin = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(margin)).join('\n');
}

/** Label names on one line, or wrapped if they are many. */
function listed(labels: Labels): string {
  const inLine = labels.join(', ');
  if (inLine.length <= 100) return inLine;
  const lines = inLine.replaceAll(/(.{1,90})(, |$)/g, '\n  $1,').replace(/,$/, '');
  return `${lines}\n`;
}

/**
 * The result of an earlier rule in the same evaluation. A bare selector could also return series of the last 5 m that
 * got no staleness marker because Prometheus was restarted.
 */
export function recorded(series: string, matchers = ''): string {
  return `last_over_time(${series}${matchers && `{${matchers}}`}[1ms])`;
}

/**
 * Each row of `many` with labels of the row of `one` that has the same `key`. Rows without a match are dropped, and
 * `one` must have at most one row for each key.
 */
export function withLabelsOf(many: string, key: Labels, labels: Labels, one: string): string {
  return promql`
    ${many}
    * on (${key}) group_left (${labels})
    ${one}`;
}

/** The rows whose `key` no other row has. */
export function unique(rows: string, key: Labels): string {
  return promql`
    (
      ${rows}
      unless on (${key})
      (count by (${key}) (${rows}) > 1)
    )`;
}

/**
 * The rows with labels copied from others: `{ site: 'src_site' }`. The copied value may be empty. `label_join` of one
 * label is cheaper than the regular expressions of `label_replace`.
 */
export function withCopies(rows: string, copies: Readonly<Record<string, string>>): string {
  return Object.entries(copies).reduce(
    (text, [to, from]) => promql`
      label_join(
        ${text},
        "${to}", "", "${from}"
      )`,
    rows,
  );
}

/** The rows with a label of that value. */
export function withLabel(rows: string, label: string, value: string): string {
  return promql`
    label_replace(
      ${rows},
      "${label}", "${value}", "", ""
    )`;
}

/** The rows with a label that has the first non-empty value of others. */
export function withFirstOf(rows: string, label: string, others: Labels): string {
  return promql`
    label_replace(
      label_join(
        ${rows},
        "${label}", "\x01", ${others.map((other) => `"${other}"`)}
      ),
      "${label}", "$1", "${label}", "\x01*([^\x01]*)(?s:.*)"
    )`;
}

/** The result of the first expression; for keys without a row in it, that of the next. */
export function firstBy(key: Labels, expressions: readonly string[]): string {
  return expressions.join(`\nor on (${key.join(', ')})\n`);
}

/** The rows with the greatest value of each key. */
export function latest(rows: string, key: Labels): string {
  return promql`(${rows} == on (${key}) group_left () max by (${key}) (${rows}))`;
}
