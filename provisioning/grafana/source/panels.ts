import type { Panel, Target } from './dashboard.ts';

/** Title and size of a panel. */
interface Frame {
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height?: number;
}

/** One line for each series of an expression; `legend` names it, with labels as `{{label}}`. */
export interface Line {
  readonly legend: string;
  readonly expr: string;
}

/** A time series panel. `bars` are for counts per interval: a line would interpolate between them. */
export function timeSeries(
  { title, description, width, height = 8 }: Frame,
  lines: readonly Line[],
  { unit = 'short', bars = false, max }: { unit?: string; bars?: boolean; max?: number } = {},
): Panel {
  return {
    type: 'timeseries',
    title,
    description,
    width,
    height,
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...(max !== undefined && { max }),
        custom: bars
          ? { drawStyle: 'bars', fillOpacity: 60, lineWidth: 0, stacking: { mode: 'normal', group: 'A' } }
          : { drawStyle: 'line', fillOpacity: 0, lineWidth: 1, showPoints: 'auto', spanNulls: false },
      },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
    targets: lines.map(({ legend, expr }, index) => overTime(String.fromCharCode(65 + index), legend, expr)),
  };
}

/** With a step shorter than the recording interval, sums would have gaps. */
const overTime = (refId: string, legendFormat: string, expr: string): Target => ({
  refId,
  expr,
  format: 'time_series',
  instant: false,
  range: true,
  legendFormat,
  interval: '1m',
});

/** A column of a table: a label of the rows, or the value of a query. */
export interface Column {
  readonly name: string;
  /** The label shown, or else the expression. */
  readonly label?: string;
  readonly expr?: string;
  readonly unit?: string;
  /** Data link of its cells. */
  readonly link?: { readonly title: string; readonly url: string };
  readonly mappings?: readonly object[];
}

/** A table at the end of the range. Rows of several queries with equal labels are merged. */
export function table({ title, description, width, height = 9 }: Frame, columns: readonly Column[]): Panel {
  const values = columns.flatMap(({ expr }) => (expr === undefined ? [] : [expr]));
  const refId = (expr: string) => String.fromCharCode(65 + values.indexOf(expr));
  // Grafana's name of the column before it is renamed: `merge` adds the refId if there are several values.
  const field = ({ label, expr }: Column) =>
    label ?? (values.length > 1 ? `Value #${refId(expr ?? '')}` : 'Value');
  return {
    type: 'table',
    title,
    description,
    width,
    height,
    fieldConfig: {
      defaults: { custom: { filterable: true } },
      overrides: columns.flatMap(({ name, unit, link, mappings }) => {
        const properties = [
          ...(unit ? [{ id: 'unit', value: unit }] : []),
          ...(mappings ? [{ id: 'mappings', value: mappings }] : []),
          ...(link ? [{ id: 'links', value: [link] }] : []),
        ];
        return properties.length === 0 ? [] : [{ matcher: { id: 'byName', options: name }, properties }];
      }),
    },
    options: { showHeader: true, cellHeight: 'sm' },
    transformations: [
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: {
          excludeByName: { Time: true },
          includeByName: {},
          indexByName: Object.fromEntries(columns.map((column, index) => [field(column), index])),
          renameByName: Object.fromEntries(columns.map((column) => [field(column), column.name])),
        },
      },
    ],
    targets: values.map((expr) => ({
      refId: refId(expr),
      expr,
      format: 'table',
      instant: true,
      range: false,
      legendFormat: '__auto',
    })),
  };
}
