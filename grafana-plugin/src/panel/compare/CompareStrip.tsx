import { t } from '@grafana/i18n';
import { IconButton, Spinner, useStyles2 } from '@grafana/ui';
import type { Comparison } from '../state/use-comparison.ts';
import { choiceText, spanText } from '../texts/compare-texts.ts';
import { UNESCAPED } from '../texts/unescaped.ts';
import { getStripStyles } from '../toolbar/strip-styles.ts';

interface Props {
  readonly choice: string;
  readonly comparison: Comparison;
  readonly timeZone: string;
  readonly onStop: () => void;
}

/** Shows the two ranges of the comparison. */
export function CompareStrip({ choice, comparison, timeZone, onStop }: Props) {
  const styles = useStyles2(getStripStyles);
  const { now, other, busy } = comparison;
  if (!other) return null;
  return (
    <section className={styles} aria-label={t('compare.name', 'Compare')} data-testid="musubi-compare">
      <span role="status">
        {choiceText(choice)}:{' '}
        {t('compare.against', '{{now}} compared with {{other}}', {
          now: spanText(now, timeZone),
          other: spanText(other, timeZone),
          ...UNESCAPED,
        })}
      </span>
      {busy && <Spinner inline />}
      <IconButton name="times" aria-label={t('compare.stop', 'Stop comparing')} onClick={onStop} />
    </section>
  );
}
