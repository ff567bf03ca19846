import type { DataFrame, Field } from '@grafana/data';
import { measureOf, type TableMeasure, valueColumn } from '../../graph/tables/table-measure.ts';
import { roleOf } from '../../graph/tables/table-role.ts';
import { toTable } from './read-frames.ts';

/** The field of each measure in the current range; its configuration formats the figures. */
export function figureFields(series: readonly DataFrame[]): ReadonlyMap<TableMeasure, Field> {
  const fields = new Map<TableMeasure, Field>();
  const read = new Set<string>();
  for (const frame of series) {
    // In the format "Time series" there is a frame per edge, all with the same configuration.
    if (read.has(frame.refId ?? '')) continue;
    read.add(frame.refId ?? '');
    const table = toTable(frame);
    const measure = roleOf(table) === 'seen' ? measureOf(table) : undefined;
    const name = valueColumn(table)?.name;
    const field = frame.fields.find((each) => each.name === name);
    if (measure && field && !fields.has(measure)) fields.set(measure, field);
  }
  return fields;
}
