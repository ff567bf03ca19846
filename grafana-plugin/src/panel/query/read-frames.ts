import type { DataFrame, Field, PanelData } from '@grafana/data';
import { lastRows } from '../../graph/tables/last-rows.ts';
import type { Column, Table } from '../../graph/tables/table.ts';

/** What queries returned, and which of them were run. */
type Results = Pick<PanelData, 'series' | 'request' | 'error' | 'errors'>;

/** Turns the panel's data into plain tables: at least one per query, empty for a query that found nothing or failed. */
export function readFrames(data: Results): Table[] {
  const byQuery = Map.groupBy(data.series, (frame) => frame.refId ?? '');
  const queried = data.request?.targets.filter((target) => !target.hide).map((target) => target.refId) ?? [];
  const hasFailed = failedQueries(data);
  return [...new Set([...queried, ...byQuery.keys()])].flatMap((refId): Table[] => {
    const frames = byQuery.get(refId) ?? [];
    const failed = hasFailed(refId) ? { failed: true } : {};
    if (frames.length === 0) return [{ refId, columns: [], ...failed }];
    const [series, tables] = [frames.filter(isSeries), frames.filter((frame) => !isSeries(frame))];
    return [
      ...tables.map((frame) => ({ ...lastRows(toTable(frame)), ...failed })),
      ...(series.length > 0 ? [{ ...foldSeries(refId, series), ...failed }] : []),
    ];
  });
}

/** Whether a query failed. An error that names no query is one of all of them. */
function failedQueries({ error, errors }: Results): (refId: string) => boolean {
  const all = errors?.length ? errors : error ? [error] : [];
  const named = new Set(all.map((each) => each.refId));
  return (refId) => named.has(refId) || named.has(undefined);
}

/** Compares Grafana's field types as text: this file then needs types only, which keeps its tests fast. */
const typeOf = ({ type }: Field): Column['type'] => {
  const name: string = type;
  return name === 'number' || name === 'time' ? name : 'text';
};

/** A table with a column for each field. Labels of a field apply to all rows. */
export function toTable({ refId = '', fields }: DataFrame): Table {
  const columns = fields.map(toColumn);
  const named = new Set(columns.map(({ name }) => name));
  const rows = Math.max(0, ...columns.map(({ values }) => values.length));
  const labels = new Map(fields.flatMap((field) => Object.entries(field.labels ?? {})));
  const constant = [...labels]
    .filter(([name]) => !named.has(name))
    .map(([name, text]): Column => ({ name, type: 'text', values: Array<string>(rows).fill(text) }));
  return { refId, columns: [...columns, ...constant] };
}

/** The values of an enumeration are indexes into the list of its texts. */
function toColumn(field: Field): Column {
  const texts = field.config.type?.enum?.text;
  const values = texts
    ? Array.from(field.values, (at) => (typeof at === 'number' ? texts[at] : undefined))
    : field.values;
  return { name: field.name, type: typeOf(field), values };
}

const isLabelled = (field: Field): boolean =>
  typeOf(field) === 'number' && Object.keys(field.labels ?? {}).length > 0;

/** In the format "Time series" the labels belong to the number fields, one for each series. */
const isSeries = ({ fields }: DataFrame): boolean =>
  fields.some(isLabelled) && !fields.some((field) => typeOf(field) === 'text');

/** Turns series into one table: a row for each, with its last value. */
function foldSeries(refId: string, frames: readonly DataFrame[]): Table {
  const fields = frames.flatMap((frame) => frame.fields.filter(isLabelled));
  const names = [...new Set(fields.flatMap((field) => Object.keys(field.labels ?? {})))];
  return {
    refId,
    columns: [
      ...names.map((name): Column => ({ name, type: 'text', values: fields.map((f) => f.labels?.[name]) })),
      { name: 'Value', type: 'number', values: fields.map((field) => lastNumber(field.values)) },
    ],
    overTime: fields.some(({ values }) => values.length > 1),
  };
}

const lastNumber = (values: readonly unknown[]): unknown =>
  values.findLast((value) => value !== null && value !== undefined);
