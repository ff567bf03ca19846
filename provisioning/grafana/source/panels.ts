import type { Panel, Target } from './dashboard.ts';

/** What a panel shows, and how large. */
interface Frame {
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height?: number;
}

/** A line for each row of an expression; `legend` names it, with labels as `{{label}}`. */
export interface Line {
  readonly legend: string;
  readonly expr: string;
}

/** Curves over time. `bars` are for counts of an interval, which a line between them would falsify. */
export function curves(
  { title, description, width, height = 8 }: Frame,
  lines: readonly Line[],
  { unit = 'short', bars = false, most }: { unit?: string; bars?: boolean; most?: number } = {},
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
        ...(most !== undefined && { max: most }),
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

/** Recorded sums are there once a minute: a shorter step would miss some and show gaps between others. */
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
  /** The label that it shows, or the expression. */
  readonly label?: string;
  readonly expr?: string;
  readonly unit?: string;
  /** Where a click on it leads. */
  readonly link?: { readonly title: string; readonly url: string };
  readonly mappings?: readonly object[];
}

/** A table of the range's end: the rows of several queries that agree in all labels are one. */
export function table({ title, description, width, height = 9 }: Frame, columns: readonly Column[]): Panel {
  const values = columns.flatMap(({ expr }) => (expr === undefined ? [] : [expr]));
  const refId = (expr: string) => String.fromCharCode(65 + values.indexOf(expr));
  // What Grafana calls the column before it is renamed. `merge` keeps the refId in the name of a value, alone or not.
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
