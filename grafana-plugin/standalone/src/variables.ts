/** A variable in the JSON of a dashboard: the part that this page uses. */
export interface Variable {
  readonly name: string;
  readonly label?: string;
  readonly type: string;
  /** `query_result(…)` for `query` variables; comma-separated values for `custom` ones. */
  readonly query: string | { readonly query: string };
  /** The first group matches the value in a row of the result. */
  readonly regex?: string;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
  readonly hide?: number;
  readonly current?: { readonly value?: string | readonly string[] };
}

/** The selected values of each variable. */
export type Chosen = Readonly<Record<string, readonly string[]>>;

/** Grafana's name for all values. */
export const ALL = '$__all';

/** The values of each variable in the address bar, or else in the dashboard. */
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

/** The values from the rows of a `query_result(…)`, as Grafana writes them: `{service="api"} 1 1700000000`. */
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

/** The value of a variable in texts; for "All" its pattern for that, or else all of its values. */
export function meaningOf(
  { allValue }: Variable,
  chosen: readonly string[],
  options: readonly string[],
): string | readonly string[] {
  if (chosen.includes(ALL)) return allValue ?? options;
  return chosen.length === 1 ? (chosen[0] ?? '') : chosen;
}
