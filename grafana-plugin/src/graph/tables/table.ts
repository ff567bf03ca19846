/** One column of a query result, free of any Grafana type. */
export interface Column {
  readonly name: string;
  readonly type: 'number' | 'time' | 'text';
  readonly values: ArrayLike<unknown>;
}

/** The result of one query: its refId and columns of equal length. Without columns if the query returned nothing. */
export interface Table {
  readonly refId: string;
  readonly columns: readonly Column[];
  /** Whether the query failed, or failed in part. */
  readonly failed?: boolean;
  /** Whether it had rows with earlier timestamps, which have been removed. */
  readonly overTime?: boolean;
}

/** Label names are compared with dots as underscores, so both the OpenTelemetry and the Prometheus name match. */
export const canonicalName = (name: string): string => name.replaceAll('.', '_');

export const rowCount = (table: Table): number =>
  table.columns.reduce((longest, column) => Math.max(longest, column.values.length), 0);

/** A column by its canonical name. */
export const findColumn = (table: Table, name: string): Column | undefined =>
  table.columns.find((column) => canonicalName(column.name) === name);

/** A cell as text; an absent label is '', which means not known. */
export function textAt(column: Pick<Column, 'values'> | undefined, row: number): string {
  const value = column?.values[row];
  return typeof value === 'string' ? value : isPlain(value) ? String(value) : '';
}

/** Whether the value is a plain one: some objects cannot be converted to text. */
const isPlain = (value: unknown): boolean =>
  typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';

/** A cell as a finite number. */
export function numberAt(column: Column | undefined, row: number): number | undefined {
  const value = column?.values[row];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Some rows of a table, in the order given. */
export const pickRows = (table: Table, rows: readonly number[]): Table => ({
  ...table,
  columns: table.columns.map((column) => ({ ...column, values: rows.map((row) => column.values[row]) })),
});
