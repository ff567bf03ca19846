import { t } from '@grafana/i18n';
import { Button, IconButton, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import type { FocusDirection } from '../../graph/focus/neighbours.ts';
import { type Focus, MOST_HOPS } from '../state/options.ts';
import { getStripStyles } from './strip-styles.ts';

interface Props {
  /** The name of a node; undefined if it is not in this time range. */
  readonly nameOf: (key: string) => string | undefined;
  readonly focus: Focus | null;
  /** The node where a path starts, while the user has yet to pick its last node. */
  readonly pathFrom: string | undefined;
  readonly onFocus: (focus: Focus | null) => void;
  readonly onCancelPath: () => void;
}

const ways = (): { value: FocusDirection; label: string }[] => [
  { value: 'up', label: t('focus.up', 'Dependents') },
  { value: 'down', label: t('focus.down', 'Dependencies') },
  { value: 'both', label: t('focus.both', 'Both') },
];

/** Shows the focus, with controls to change or to clear it. */
export function FocusStrip(props: Props) {
  const { focus, pathFrom, onFocus, onCancelPath } = props;
  const styles = useStyles2(getStripStyles);
  const nameOf = (key: string) =>
    props.nameOf(key) ?? t('focus.gone', 'a node that is not in this time range');
  if (pathFrom !== undefined) {
    return (
      <div className={styles} role="status" data-testid="musubi-focus">
        {t('focus.pick', 'Select the node where the path ends. Start:')} {nameOf(pathFrom)}
        <Button size="sm" variant="secondary" onClick={onCancelPath}>
          {t('focus.cancel', 'Cancel')}
        </Button>
      </div>
    );
  }
  if (!focus) return null;
  const { to, hops, way } = focus;
  return (
    <section className={styles} aria-label={t('focus.label', 'Focus')} data-testid="musubi-focus">
      {to === undefined ? (
        <>
          <IconButton
            name="minus"
            aria-label={t('focus.less', 'One hop fewer')}
            disabled={hops <= 1}
            onClick={() => onFocus({ ...focus, hops: hops - 1 })}
          />
          <span>{hops === 1 ? t('focus.hop', '1 hop') : t('focus.hops', '{{hops}} hops', { hops })}</span>
          <IconButton
            name="plus"
            aria-label={t('focus.more', 'One more hop')}
            disabled={hops >= MOST_HOPS}
            onClick={() => onFocus({ ...focus, hops: hops + 1 })}
          />
          <RadioButtonGroup
            size="sm"
            aria-label={t('focus.direction', 'Direction')}
            options={ways()}
            value={way}
            onChange={(next) => onFocus({ ...focus, way: next })}
          />
          <span>
            {t('focus.from', 'from')} {nameOf(focus.node)}
          </span>
        </>
      ) : (
        <span>
          {t('focus.paths', 'Paths')} {nameOf(focus.node)} → {nameOf(to)}
        </span>
      )}
      <Button size="sm" variant="secondary" icon="times" onClick={() => onFocus(null)}>
        {t('focus.all', 'Show all')}
      </Button>
    </section>
  );
}
