/** A recording rule. */
export interface Rule {
  /** What the reader of the file should know. */
  readonly why?: string;
  readonly record: string;
  readonly expr: string;
  /** Labels that all its rows get. */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Group {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly Rule[];
}

/** A file of rules as YAML, below what it says of itself. */
export function rulesFile(about: string, groups: readonly Group[]): string {
  return `${comment(about, '')}\n\ngroups:\n${groups.map(groupText).join('\n')}`;
}

function groupText({ name, interval, rules }: Group): string {
  return `  - name: ${name}\n    interval: ${interval}\n    rules:\n${rules.map(ruleText).join('\n')}`;
}

function ruleText({ why, record, expr, labels = {} }: Rule): string {
  const indent = '      ';
  const lines = [
    ...(why ? [comment(why, indent)] : []),
    `${indent}- record: ${record}`,
    ...Object.entries(labels).map(([name, value]) => `${indent}  labels: { ${name}: ${value} }`),
    `${indent}  expr: |`,
    ...expr.split('\n').map((line) => `${indent}    ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

function comment(text: string, indent: string): string {
  return text.replaceAll(/^/gm, `${indent}# `).replaceAll(/ +$/gm, '');
}
