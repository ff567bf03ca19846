/** Pieces of PromQL that the rules are made of. An expression is text; a label list is one name or many. */

export type Labels = readonly string[];

/**
 * A template for expressions of several lines: what is put in keeps its lines, indented as the place where it is
 * put. Common leading space and outer blank lines go.
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

/** Label names in one line or, where they are many, in lines of their own. */
function listed(labels: Labels): string {
  const inLine = labels.join(', ');
  if (inLine.length <= 100) return inLine;
  const lines = inLine.replaceAll(/(.{1,90})(, |$)/g, '\n  $1,').replace(/,$/, '');
  return `${lines}\n`;
}

/**
 * What a rule before this one recorded in the same evaluation. Without a range there might be more: rows of the last
 * 5 m too that were not marked as ended, because Prometheus was restarted.
 */
export function recorded(series: string, matchers = ''): string {
  return `last_over_time(${series}${matchers && `{${matchers}}`}[1ms])`;
}

/**
 * Each row of `many` with labels of the row of `one` that has the same `key`. Rows without one are left out, and
 * `one` must have at most one row for each key.
 */
export function withLabelsOf(many: string, key: Labels, labels: Labels, one: string): string {
  return promql`
    ${many}
    * on (${key}) group_left (${labels})
    ${one}`;
}

/** The rows of which there is but one for each `key`. */
export function sole(rows: string, key: Labels): string {
  return promql`
    (
      ${rows}
      unless on (${key})
      (count by (${key}) (${rows}) > 1)
    )`;
}

/**
 * The rows with labels that are copies of others: `{ site: 'src_site' }`. What is copied may be empty. A join of one takes
 * less than the regular expressions of `label_replace` do.
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

/** The rows with a label that is the first of others that is not empty. */
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

/** What the first expression gives and, for keys that it has no row of, what the next gives. */
export function firstBy(key: Labels, expressions: readonly string[]): string {
  return expressions.join(`\nor on (${key.join(', ')})\n`);
}
