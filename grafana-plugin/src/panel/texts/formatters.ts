import {
  type DisplayProcessor,
  dateTimeFormat,
  type Field,
  type FieldConfig,
  FieldType,
  formattedValueToString,
  type GrafanaTheme2,
  getDisplayProcessor,
  getFieldColorModeForField,
  type PanelData,
} from '@grafana/data';
import { t } from '@grafana/i18n';
import { scalePosition } from '../../graph/display/near/amount-scale.ts';
import { type FigureName, figureOf } from '../../graph/model/edge-figures.ts';
import type { Graph } from '../../graph/model/graph.ts';
import type { TableMeasure } from '../../graph/tables/table-measure.ts';
import { figureFields } from '../query/figure-fields.ts';

/** Formats figures by the options of their Grafana fields: units, decimals, mappings and names. */
export interface Formatters {
  readonly text: (figure: FigureName, value: number) => string;
  /** The text for a missing value. */
  readonly noText: (figure: FigureName) => string;
  /** Its colour by thresholds or a mapping; undefined if neither is set. */
  readonly mark: (figure: FigureName, value: number) => string | undefined;
  /** The display name that the user set. */
  readonly name: (figure: FigureName) => string | undefined;
  readonly scale: (figure: FigureName) => Scale;
  /** A description of the byte units in use. */
  readonly byteUnits: string;
}

/** The range of a figure among the edges of a graph, and its colours by Grafana's color scheme. */
export interface Scale {
  /** Whether any edge has the figure. */
  readonly isKnown: boolean;
  readonly least: number;
  readonly most: number;
  readonly colour: (value: number) => string;
  /** Values that define the scale, ascending; the colour changes gradually between them, or at each of them. */
  readonly steps: readonly number[];
  readonly gradual: boolean;
}

const IEC = 'bytes';

/** The measure whose field formats a figure, and the default unit. */
const SOURCES: Readonly<Record<FigureName, { readonly measure: TableMeasure; readonly unit: string }>> = {
  opened: { measure: 'opened', unit: 'locale' },
  failed: { measure: 'failed', unit: 'locale' },
  failureShare: { measure: 'failed', unit: 'percentunit' },
  open: { measure: 'open', unit: 'locale' },
  bytes: { measure: 'io', unit: IEC },
  transmit: { measure: 'io', unit: IEC },
  receive: { measure: 'io', unit: IEC },
  rtt: { measure: 'rtt', unit: 's' },
  lastSeen: { measure: 'lastSeen', unit: '' },
};

interface Style {
  readonly config: FieldConfig;
  readonly display: DisplayProcessor;
  /** Without value mappings. */
  readonly unmapped: DisplayProcessor;
  readonly scale: Scale;
}

/** Formatters by the fields of a panel's data, with scales by the edges of its graph. */
export function createFormatters(
  { series }: Pick<PanelData, 'series'>,
  graph: Graph,
  theme: GrafanaTheme2,
  timeZone: string,
): Formatters {
  const fields = figureFields(series);
  const configFor = (figure: FigureName): FieldConfig =>
    configOf(figure, fields.get(SOURCES[figure].measure)?.config ?? {});
  const styles = new Map<FigureName, Style>();
  // Its scale takes a pass over all edges: created only for figures that are shown.
  const styleOf = (figure: FigureName): Style => {
    const known = styles.get(figure);
    if (known) return known;
    const config = configFor(figure);
    const values = graph.edges.flatMap((edge) => figureOf(edge, figure) ?? []);
    const style = createStyle(config, values, theme, timeZone);
    styles.set(figure, style);
    return style;
  };
  const unit = configFor('bytes').unit ?? IEC;
  return {
    text: (figure, value) => {
      const { config, display } = styleOf(figure);
      const isPlain = !config.mappings?.length && config.decimals === undefined;
      if (figure === 'lastSeen') {
        return config.unit || config.mappings?.length
          ? formattedValueToString(display(value * 1000))
          : dateTimeFormat(value * 1000, { timeZone });
      }
      // `increase()` extrapolates: counts may be fractions.
      const isCount = isPlain && config.unit === 'locale';
      if (isCount && value > 0 && value < 0.5) return '< 1';
      const isWhole = isCount || (isPlain && SOURCES[figure].unit === IEC);
      return formattedValueToString(display(isWhole ? Math.round(value) : value));
    },
    noText: (figure) => configFor(figure).noValue ?? '–',
    mark: (figure, value) => {
      const { config, display, unmapped } = styleOf(figure);
      const { color } = display(value);
      const isConfigured = config.color?.mode === 'thresholds' || color !== unmapped(value).color;
      return isConfigured ? color : undefined;
    },
    name: (figure) => configFor(figure).displayName,
    scale: (figure) => styleOf(figure).scale,
    byteUnits:
      unit === IEC
        ? t('units.iec', 'IEC bytes, 1 KiB = 1024 B')
        : unit === 'decbytes'
          ? t('units.si', 'SI bytes, 1 kB = 1000 B')
          : unit,
  };
}

/** The field options of a figure. Not all options for a number of connections suit a ratio. */
function configOf(figure: FigureName, config: FieldConfig): FieldConfig {
  if (figure === 'failureShare') {
    const { color, thresholds } = config;
    const { unit } = SOURCES[figure];
    return { ...(color && { color }), ...(thresholds && { thresholds }), unit, min: 0, max: 1 };
  }
  const unit = config.unit ?? SOURCES[figure].unit;
  // One name for both directions would make them indistinguishable.
  if (figure !== 'transmit' && figure !== 'receive') return { ...config, unit };
  const { displayName: _, ...rest } = config;
  return { ...rest, unit };
}

function createStyle(
  config: FieldConfig,
  values: readonly number[],
  theme: GrafanaTheme2,
  timeZone: string,
): Style {
  const least = config.min ?? 0;
  const most = Math.max(least, config.max ?? values.reduce((max, value) => Math.max(max, value), least));
  const range = { min: least, max: most, delta: most - least };
  const field: Field = { name: '', type: FieldType.number, config, values: [], state: { range } };
  const display = getDisplayProcessor({ field, theme, timeZone });
  const plain: Field = { ...field, config: { ...config, mappings: [] } };
  const mode = getFieldColorModeForField(field);
  const gradual = mode.isContinuous === true;
  return {
    config,
    display,
    unmapped: getDisplayProcessor({ field: plain, theme, timeZone }),
    scale: {
      isKnown: values.length > 0,
      least,
      most,
      gradual,
      colour: (value) =>
        display(gradual ? least + range.delta * scalePosition((value - least) / (range.delta || 1)) : value)
          .color ?? theme.colors.text.secondary,
      steps: gradual ? [least, most] : stepsOf(config, mode.isByValue === true, least, most),
    },
  };
}

/** The values where colours start: each threshold, or the minimum if colours do not depend on values. */
function stepsOf({ thresholds }: FieldConfig, isByValue: boolean, least: number, most: number): number[] {
  if (!isByValue || !thresholds) return [least];
  const values = thresholds.steps.map(({ value }) => value ?? -Infinity);
  return values
    .map((value) => {
      const at = thresholds.mode === 'percentage' ? least + (value / 100) * (most - least) : value;
      return Math.max(least, at);
    })
    .filter((value, at, all) => value !== all[at + 1]);
}
