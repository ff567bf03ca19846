import type { PanelData } from '@grafana/data';
import { dateTimeFormat, type Field, FieldType, formattedValueToString, getValueFormat } from '@grafana/data';
import { t } from '@grafana/i18n';

/** Writes figures as text, with units. */
export interface Formatters {
  readonly bytes: (value: number) => string;
  readonly count: (value: number) => string;
  readonly seconds: (value: number) => string;
  readonly time: (unixSeconds: number) => string;
  /** Which byte units are in use, in words. */
  readonly byteUnits: string;
}

const IEC = 'bytes';

/** Formatters by Grafana's units. The unit of the `io` field decides about bytes; without one it is IEC. */
export function createFormatters(series: PanelData['series'], timeZone: string): Formatters {
  const unit = ioField(series)?.config.unit ?? IEC;
  const format = (id: string, value: number, decimals?: number) =>
    formattedValueToString(getValueFormat(id)(value, decimals));
  return {
    bytes: (value) => format(unit, Math.round(value)),
    // `increase()` extrapolates: counts come as fractions.
    count: (value) => (value > 0 && value < 0.5 ? '< 1' : format('locale', Math.round(value))),
    seconds: (value) => format('s', value),
    time: (value) => dateTimeFormat(value * 1000, { timeZone }),
    byteUnits:
      unit === IEC
        ? t('units.iec', 'IEC bytes, 1 KiB = 1024 B')
        : unit === 'decbytes'
          ? t('units.si', 'SI bytes, 1 kB = 1000 B')
          : unit,
  };
}

const ioField = (series: PanelData['series']): Field | undefined =>
  series
    .find((frame) => frame.fields.some((field) => /^network[._]io[._]direction$/.test(field.name)))
    ?.fields.find((field) => field.type === FieldType.number);
