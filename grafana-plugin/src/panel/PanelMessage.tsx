import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, Spinner, useStyles2 } from '@grafana/ui';

type MessageState = 'loading' | 'empty' | 'wrong-data' | 'error';

interface Props {
  readonly state: MessageState;
  readonly title: string;
  readonly advice: string;
}

const ICONS = {
  empty: 'info-circle',
  'wrong-data': 'exclamation-triangle',
  error: 'exclamation-circle',
} as const;

/** The message shown when there is nothing to draw. */
export function PanelMessage({ state, title, advice }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div
      className={styles}
      data-testid="musubi-state"
      data-state={state}
      role={state === 'error' ? 'alert' : 'status'}
    >
      {state === 'loading' ? <Spinner size="xl" /> : <Icon name={ICONS[state]} size="xxl" />}
      <strong>{title}</strong>
      {advice && <p>{advice}</p>}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) =>
  css({
    height: '100%',
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    // In a low panel the first words are visible and the rest scrolls.
    justifyContent: 'safe center',
    overflow: 'auto',
    gap: theme.spacing(1),
    padding: theme.spacing(2),
    textAlign: 'center',
    color: theme.colors.text.secondary,
    strong: { fontSize: theme.typography.h5.fontSize, color: theme.colors.text.primary },
    p: { maxWidth: 560, margin: 0, overflowWrap: 'anywhere' },
    '&[data-state=error] svg': { color: theme.colors.error.text },
    '&[data-state=wrong-data] svg': { color: theme.colors.warning.text },
  });
