/** A variable of a dashboard, as its JSON has it: what this page takes of it. */
export interface Variable {
  readonly name: string;
  readonly label?: string;
  readonly type: string;
  /** Of `query` variables `query_result(…)`; of `custom` ones their values, with commas between. */
  readonly query: string | { readonly query: string };
  /** What of a row of the result is a value: its first group. */
  readonly regex?: string;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
  readonly hide?: number;
  readonly current?: { readonly value?: string | readonly string[] };
}

/** What is chosen of each variable. */
export type Chosen = Readonly<Record<string, readonly string[]>>;

/** Grafana's name for all values. */
export const ALL = '$__all';

/** What the address bar has chosen of each variable, or else the dashboard. */
export function readChosen(search: string, variables: readonly Variable[]): Chosen {
  const query = new URLSearchParams(search);
  return Object.fromEntries(
    variables.map((variable) => {
      const chosen = query.getAll(`var-${variable.name}`);
      return [variable.name, chosen.length > 0 ? chosen : defaultOf(variable)];
    }),
  );
}

function defaultOf({ type, query, current, includeAll }: Variable): readonly string[] {
  // There is one Prometheus behind this page.
  if (type === 'datasource') return ['prometheus'];
  const value = current?.value ?? [];
  const values = typeof value === 'string' ? [value] : value;
  if (values.length > 0) return values;
  if (includeAll) return [ALL];
  return type === 'custom' && typeof query === 'string' ? customValues(query).slice(0, 1) : [];
}

/** The values of a `custom` variable: `both, up, down`. */
export const customValues = (query: string): string[] =>
  query
    .split(',')
    .map((value) => value.trim())
    .filter(Boolean);

/** The expression of a `query_result(…)`; undefined for any other query. */
export function resultQuery({ type, query }: Variable): string | undefined {
  if (type !== 'query') return undefined;
  const text = typeof query === 'string' ? query : query.query;
  return /^query_result\((.*)\)$/s.exec(text)?.[1];
}

/** The values that the rows of a `query_result(…)` give, as Grafana writes them: `{service="api"} 1 1700000000`. */
export function resultValues(
  { regex = '' }: Variable,
  rows: readonly Readonly<Record<string, string>>[],
): string[] {
  const [, pattern = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(regex) ?? ['', regex];
  const expression = new RegExp(pattern, flags);
  const values = rows.flatMap((labels) => {
    const list = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
    return expression.exec(`{${list.join(',')}}`)?.[1] ?? [];
  });
  return [...new Set(values)].sort();
}

/** What a variable stands for in texts: of all, the pattern that it has for that, else each value there is. */
export function meaningOf(
  { allValue }: Variable,
  chosen: readonly string[],
  options: readonly string[],
): string | readonly string[] {
  if (chosen.includes(ALL)) return allValue ?? options;
  return chosen.length === 1 ? (chosen[0] ?? '') : chosen;
}
