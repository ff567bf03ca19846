import { dateTimeFormat } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Icon, useStyles2, useTheme2 } from '@grafana/ui';
import { getStripStyles } from './strip-styles.ts';

interface Props {
  /** The error of the data source. */
  readonly error: string;
  /** Unix time in milliseconds of the drawn result, if it is not the latest. */
  readonly keptFrom: number | undefined;
  readonly timeZone: string;
}

/** Warns that values may be missing, or that an earlier result is drawn. */
export function FailureStrip({ error, keptFrom, timeZone }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getStripStyles);
  return (
    <div
      className={styles}
      style={{ borderColor: theme.colors.warning.border }}
      role="alert"
      data-testid="musubi-failure"
      data-kept={keptFrom !== undefined}
    >
      <span>
        <Icon name="exclamation-triangle" style={{ color: theme.colors.warning.text }} />{' '}
        {keptFrom === undefined
          ? t('error.some-query', 'A query failed: dependencies or values may be missing')
          : t('error.kept', 'The refresh failed: this is the result of {{time}}', {
              time: dateTimeFormat(keptFrom, { timeZone }),
            })}{' '}
        · {error}
      </span>
    </div>
  );
}
