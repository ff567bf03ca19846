import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Button, useStyles2 } from '@grafana/ui';
import type { PanelOptions } from '../state/options.ts';
import type { VisibleGraph } from '../state/visible-graph.ts';
import { UNESCAPED } from '../texts/unescaped.ts';

interface Props {
  /** 0: nothing is hidden, or the panel is too low. */
  readonly height: number;
  readonly options: Pick<PanelOptions, 'hidden' | 'shownHubs'>;
  readonly hidden: VisibleGraph['hidden'];
  readonly hubs: VisibleGraph['hubs'];
  readonly lonely: number;
  readonly nameOf: (key: string) => string | undefined;
  readonly onChange: (change: Partial<PanelOptions>) => void;
}

/** Lists hubs and nodes that are hidden from the drawing; a click shows one again. */
export function MutedStrip({ height, options, hidden, hubs, lonely, nameOf, onChange }: Props) {
  const styles = useStyles2(getStyles);
  if (height === 0) return null;
  const chip = (key: string, partners: string, show: () => void) => {
    const name = nameOf(key) ?? '';
    const label = t('muted.show', 'Show {{name}}', { name, ...UNESCAPED });
    return (
      <Button
        key={key}
        size="sm"
        variant="secondary"
        icon="eye-slash"
        aria-label={label}
        tooltip={label}
        onClick={show}
      >
        {name} {partners}
      </Button>
    );
  };
  return (
    <section
      className={styles}
      style={{ height }}
      aria-label={t('muted.label', 'Hidden nodes')}
      data-testid="musubi-muted"
    >
      {hubs.length > 0 && <span>{t('muted.hubs', 'Hidden hubs')}</span>}
      {hubs.map(({ key, degree }) =>
        chip(key, `· ${degree}`, () => onChange({ shownHubs: [...options.shownHubs, key] })),
      )}
      {hidden.length > 0 && <span>{t('muted.hidden', 'Hidden')}</span>}
      {hidden.map((key) =>
        chip(key, '', () => onChange({ hidden: options.hidden.filter((each) => each !== key) })),
      )}
      {lonely > 0 && <span>{t('muted.lonely', '+ {{lonely}} connected only to these', { lonely })}</span>}
      {hidden.length > 1 && (
        <Button size="sm" variant="secondary" fill="text" onClick={() => onChange({ hidden: [] })}>
          {t('muted.show-all', 'Show all hidden')}
        </Button>
      )}
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) =>
  css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    padding: theme.spacing(0, 0.5),
    // One row that scrolls.
    overflowX: 'auto',
    overflowY: 'hidden',
    scrollbarWidth: 'thin',
    whiteSpace: 'nowrap',
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    '& > *': { flexShrink: 0 },
  });
