import { t } from '@grafana/i18n';
import { Icon, useStyles2, useTheme2 } from '@grafana/ui';
import { getStripStyles } from './strip-styles.ts';

/** Warns that values may be missing, with the error of the data source. */
export function FailureStrip({ error }: { readonly error: string }) {
  const theme = useTheme2();
  const styles = useStyles2(getStripStyles);
  return (
    <div
      className={styles}
      style={{ borderColor: theme.colors.warning.border }}
      role="alert"
      data-testid="musubi-failure"
    >
      <span>
        <Icon name="exclamation-triangle" style={{ color: theme.colors.warning.text }} />{' '}
        {t('error.some-query', 'A query failed: values may be missing')} · {error}
      </span>
    </div>
  );
}
