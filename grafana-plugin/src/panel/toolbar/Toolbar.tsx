import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { RadioButtonGroup, ToolbarButton, useStyles2 } from '@grafana/ui';
import { type ReactNode, useId, useRef, useState } from 'react';
import { levelChoices } from '../state/options.ts';
import { ChoiceMenu } from './ChoiceMenu.tsx';
import { Notes } from './Notes.tsx';
import { type FilterProps, ToolbarFilters } from './ToolbarFilters.tsx';
import { ToolbarViews, type ViewProps } from './ToolbarViews.tsx';
import { useFold } from './use-fold.ts';

interface Props extends FilterProps, Omit<ViewProps, 'named'> {
  readonly width: number;
  /** 0: it is not shown. */
  readonly height: number;
  /** Problems with the data, and what to do about them. */
  readonly notes: readonly string[];
  readonly search: ReactNode;
}

/** How the toolbar shrinks, step by step: whether controls have names, and whether most of them are in a drawer. */
const FOLDS = [
  { named: true, folded: false },
  { named: false, folded: false },
  { named: false, folded: true },
] as const;

/** Level, filters, search and views. If the panel is narrow, names are dropped first, then all but the search moves into a drawer. */
export function Toolbar(props: Props) {
  const { width, height, options, search, notes, onChange } = props;
  const styles = useStyles2(getStyles);
  const bar = useRef<HTMLDivElement>(null);
  const fold = useFold(bar, width, FOLDS.length - 1);
  const [open, setOpen] = useState(false);
  const drawer = useId();
  const { named, folded } = FOLDS[fold] ?? FOLDS[0];
  if (height === 0) return null;
  return (
    <div
      ref={bar}
      className={folded ? styles.bar : cx(styles.bar, styles.clipped)}
      style={{ height }}
      role="toolbar"
      aria-label={t('toolbar.label', 'Dependency graph')}
    >
      {named ? (
        <RadioButtonGroup
          size="sm"
          aria-label={t('level.name', 'Level')}
          options={levelChoices()}
          value={options.level}
          onChange={(level) => onChange({ level })}
        />
      ) : (
        <ChoiceMenu
          label={t('level.name', 'Level')}
          choices={levelChoices()}
          value={options.level}
          onChange={(level) => onChange({ level })}
        />
      )}
      {!folded && <ToolbarFilters {...props} />}
      <div className={folded ? cx(styles.search, styles.narrow) : styles.search}>{search}</div>
      <Notes notes={notes} />
      {folded ? (
        <ToolbarButton
          icon="ellipsis-v"
          variant={open ? 'active' : 'default'}
          aria-label={t('toolbar.more', 'More')}
          aria-expanded={open}
          aria-controls={drawer}
          onClick={() => setOpen(!open)}
        />
      ) : (
        <>
          <span className="gap" />
          <ToolbarViews {...props} named={named} />
        </>
      )}
      {folded && open && (
        <div id={drawer} className={styles.drawer} style={{ top: height }}>
          <ToolbarFilters {...props} />
          <ToolbarViews {...props} named />
        </div>
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  bar: css({
    position: 'relative',
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    padding: theme.spacing(0, 0.5),
    '& > *': { flexShrink: 0 },
    '& > .gap': { flex: 1 },
  }),
  search: css({ flex: '1 1 200px !important', minWidth: 160, maxWidth: 420 }),
  narrow: css({ minWidth: 0, maxWidth: 'none' }),
  clipped: css({ overflow: 'hidden' }),
  drawer: css({
    position: 'absolute',
    zIndex: 3,
    left: 0,
    right: 0,
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(0.5),
    padding: theme.spacing(0.5),
    background: theme.colors.background.elevated,
    border: `1px solid ${theme.colors.border.medium}`,
    borderRadius: theme.shape.radius.default,
    boxShadow: theme.shadows.z2,
  }),
});
