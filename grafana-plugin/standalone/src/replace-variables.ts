import type { DataFrame, Field, InterpolateFunction } from '@grafana/data';

/** The value of a variable; undefined if there is none of the name. */
export type Lookup = (name: string) => string | readonly string[] | undefined;

const VARIABLE = /\$(?:\{(\w+(?:\.\w+|\["[^"]*"\])*)(?::(\w+))?\}|(\w+))/g;

/** Replaces variables in texts as Grafana does: `$name`, `${name}`, `${name:format}`, `${__data.fields.name}`. */
export const createReplace =
  (lookup: Lookup): InterpolateFunction =>
  (text, scoped, format) => {
    const inRow = rowLookup(scoped?.__dataContext?.value);
    return text.replace(VARIABLE, (whole, braced?: string, own?: string, bare?: string) => {
      const name = braced ?? bare ?? '';
      const value = inRow(name) ?? lookup(name);
      // A range is several parameters of an address by itself.
      if (value === undefined || name === '__url_time_range') return String(value ?? whole);
      return written(value, own ?? (typeof format === 'string' ? format : ''));
    });
  };

interface RowContext {
  readonly frame: DataFrame;
  readonly field: Field;
  readonly rowIndex?: number;
}

/** Grafana's names for the parts of the row that a link belongs to. */
function rowLookup(context: RowContext | undefined): Lookup {
  if (!context) return () => undefined;
  const { frame, field, rowIndex = 0 } = context;
  return (name) => {
    const [, group = '', part = ''] =
      /^(__data\.fields|__field\.labels|__field|__value)(?:\.|\[")(.*?)(?:"\])?$/.exec(name) ?? [];
    switch (group) {
      case '__data.fields':
        return text(frame.fields.find((each) => each.name === part)?.values[rowIndex]);
      case '__field.labels':
        return field.labels?.[part] ?? '';
      case '__field':
        return part === 'name' ? field.name : undefined;
      case '__value':
        return text(field.values[rowIndex]);
      default:
        return undefined;
    }
  };
}

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

/** https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/ */
function written(value: string | readonly string[], format: string): string {
  const values = typeof value === 'string' ? [value] : value;
  switch (format) {
    case 'json':
      return JSON.stringify(value);
    case 'percentencode':
    case 'uriencode':
      return values.map(encodeURIComponent).join(',');
    case 'raw':
    case 'text':
      return values.join(',');
    default:
      return values.length === 1 ? (values[0] ?? '') : `{${values.join(',')}}`;
  }
}
