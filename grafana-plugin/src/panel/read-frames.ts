import type { DataFrame, Field, PanelData } from '@grafana/data';
import type { Column, Table } from '../graph/table.ts';

/** Turns the panel's data into plain tables: one per query, empty for a query that found nothing. */
export function readFrames(data: Pick<PanelData, 'series' | 'request'>): Table[] {
  const byQuery = Map.groupBy(data.series, (frame) => frame.refId ?? '');
  const asked = data.request?.targets.filter((target) => !target.hide).map((target) => target.refId) ?? [];
  return [...new Set([...asked, ...byQuery.keys()])].flatMap((refId) => {
    const frames = byQuery.get(refId) ?? [];
    if (frames.length === 0) return [{ refId, columns: [] }];
    const [series, tables] = [frames.filter(isSeries), frames.filter((frame) => !isSeries(frame))];
    return [
      ...tables.map((frame) => ({ refId, columns: frame.fields.map(toColumn) })),
      ...(series.length > 0 ? [foldSeries(refId, series)] : []),
    ];
  });
}

/** Grafana's field types are compared as text: this file then needs Grafana's types only, and tests in no time. */
const typeOf = ({ type }: Field): Column['type'] => {
  const name: string = type;
  return name === 'number' || name === 'time' ? name : 'text';
};

const toColumn = (field: Field): Column => ({ name: field.name, type: typeOf(field), values: field.values });

const labelled = (frame: DataFrame): Field | undefined =>
  frame.fields.find((field) => typeOf(field) === 'number' && field.labels);

/** One frame as a table, by its labels, too, where they are at the number field. */
export const toTable = (frame: DataFrame): Table => ({
  refId: frame.refId ?? '',
  columns: [
    ...Object.entries(labelled(frame)?.labels ?? {}).map(
      ([name, value]): Column => ({ name, type: 'text', values: [value] }),
    ),
    ...frame.fields.map(toColumn),
  ],
});

/** Format "Time series": one frame per series, its labels at the number field. */
const isSeries = (frame: DataFrame): boolean => labelled(frame) !== undefined;

/** Makes one table of many series: a row for each, with its last value. */
function foldSeries(refId: string, frames: readonly DataFrame[]): Table {
  const fields = frames.flatMap((frame) => labelled(frame) ?? []);
  const names = [...new Set(fields.flatMap((field) => Object.keys(field.labels ?? {})))];
  return {
    refId,
    columns: [
      ...names.map((name): Column => ({ name, type: 'text', values: fields.map((f) => f.labels?.[name]) })),
      { name: 'Value', type: 'number', values: fields.map((field) => lastNumber(field.values)) },
    ],
  };
}

const lastNumber = (values: readonly unknown[]): unknown =>
  values.findLast((value) => value !== null && value !== undefined);
