import { dateTimeFormat } from '@grafana/data';
import { t } from '@grafana/i18n';
import type { TimeRange } from '../../graph/compare/previous-range.ts';
import { UNESCAPED } from './unescaped.ts';

/** The offered comparisons: the value of the option and its label. */
export const compareChoices = (): { value: string; label: string }[] => [
  { value: 'off', label: t('compare.off', 'No comparison') },
  { value: 'before', label: t('compare.before', 'Previous range') },
  { value: '1h', label: t('compare.hour', '1 hour earlier') },
  { value: '1d', label: t('compare.day', '1 day earlier') },
  { value: '1w', label: t('compare.week', '1 week earlier') },
];

/** The label of a comparison, offered or typed. */
export function choiceText(choice: string): string {
  const offered = compareChoices().find(({ value }) => value === choice);
  if (offered) return offered.label;
  return choice.includes('/')
    ? t('compare.fixed', 'Fixed range')
    : t('compare.earlier', '{{span}} earlier', { span: choice, ...UNESCAPED });
}

const DATE = 'YYYY-MM-DD';
const TEN_MINUTES = 600_000;

/** A range in the user's time zone: one date if both times share it, seconds for short ranges only. */
export function spanText({ from, to }: TimeRange, timeZone: string): string {
  const time = to - from < TEN_MINUTES ? 'HH:mm:ss' : 'HH:mm';
  const format = (at: number, format: string) => dateTimeFormat(at, { timeZone, format });
  const sameDay = format(from, DATE) === format(to, DATE);
  return `${format(from, `${DATE} ${time}`)} – ${format(to, sameDay ? time : `${DATE} ${time}`)}`;
}
