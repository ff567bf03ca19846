/** One column of a query result, free of any Grafana type. */
export interface Column {
  readonly name: string;
  readonly type: 'number' | 'time' | 'text';
  readonly values: ArrayLike<unknown>;
}

/** The result of one query: its refId and columns of equal length. No columns: the query found nothing. */
export interface Table {
  readonly refId: string;
  readonly columns: readonly Column[];
}

/** Label names are compared with dots as underscores, so both the OpenTelemetry and the Prometheus name match. */
export const canonicalName = (name: string): string => name.replaceAll('.', '_');

export const rowCount = (table: Table): number =>
  table.columns.reduce((longest, column) => Math.max(longest, column.values.length), 0);

/** A column by its canonical name. */
export const findColumn = (table: Table, name: string): Column | undefined =>
  table.columns.find((column) => canonicalName(column.name) === name);

/** A cell as text; an absent label is '', which means "not known". */
export function textAt(column: Column | undefined, row: number): string {
  const value = column?.values[row];
  return value === null || value === undefined ? '' : String(value);
}

/** A cell as a finite number. */
export function numberAt(column: Column | undefined, row: number): number | undefined {
  const value = column?.values[row];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
