import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Toggletip, useStyles2 } from '@grafana/ui';
import { useRef } from 'react';
import type { EdgeState, Graph } from '../../graph/model/graph.ts';
import type { Palette } from '../canvas/palette.ts';
import type { PanelOptions } from '../state/options.ts';
import type { Formatters } from '../texts/formatters.ts';
import { UNESCAPED } from '../texts/unescaped.ts';
import { ColourScale, WidthScale } from './Scales.tsx';
import { StateFilter } from './StateFilter.tsx';
import { useFold } from './use-fold.ts';

interface Props {
  readonly width: number;
  /** 0: it is not shown. */
  readonly height: number;
  readonly graph: Graph;
  readonly palette: Palette;
  /** Unix milliseconds, if the range ends later. */
  readonly recordedUntil: number | undefined;
  readonly timeZone: string;
  /** Only these states are shown; empty: all. */
  readonly states: readonly EdgeState[];
  readonly onStates: (states: readonly EdgeState[]) => void;
  readonly widthBy: PanelOptions['widthBy'];
  readonly colourBy: PanelOptions['colourBy'];
  readonly format: Formatters;
}

/**
 * Explains the drawing and counts the edges of each state; a click on a state filters by it. Entries that do not fit
 * open by a button; without height only that button is shown, in the corner.
 */
export function Legend(props: Props) {
  const { width, height } = props;
  const styles = useStyles2(getStyles);
  const line = useRef<HTMLDivElement>(null);
  const cut = useFold(line, width, 1) > 0;
  const button = (
    <Toggletip
      content={
        <div className={styles.list} data-testid="musubi-whole-legend">
          <Entries {...props} />
        </div>
      }
      placement="top-end"
    >
      <button type="button" className={styles.button}>
        {t('legend.name', 'Legend')}
      </button>
    </Toggletip>
  );
  if (height === 0) return <div className={styles.corner}>{button}</div>;
  return (
    <div className={styles.bar} style={{ height, lineHeight: `${height}px` }}>
      <div ref={line} className={styles.line} style={{ height }} data-testid="musubi-legend">
        <Entries {...props} />
      </div>
      {cut && button}
    </div>
  );
}

function Entries(props: Props) {
  const { graph, palette, states, onStates, widthBy, colourBy, format, recordedUntil, timeZone } = props;
  return (
    <>
      {recordedUntil !== undefined && (
        <span data-testid="musubi-recorded-until">
          {t('legend.recorded-until', 'recorded until {{time}}', {
            time: dateTimeFormat(recordedUntil, { timeZone, format: 'HH:mm:ss' }),
            ...UNESCAPED,
          })}
        </span>
      )}
      <StateFilter graph={graph} palette={palette} states={states} onStates={onStates} />
      <ColourScale by={colourBy} format={format} />
      <span>{t('legend.arrow', 'A → B: A depends on B')}</span>
      <span>
        <Line width={2.5} /> {t('legend.both', 'reported by both endpoints')}
      </span>
      <span>
        <Line width={2.5} dashes="6 4" /> {t('legend.one', 'by one endpoint')}
      </span>
      <WidthScale by={widthBy} format={format} />
      <span>{t('legend.no-arrow', 'no arrow: direction unknown')}</span>
    </>
  );
}

const Line = ({ width, dashes }: { width: number; dashes?: string }) => (
  <svg width="26" height="8" aria-hidden="true">
    <line x1="0" x2="26" y1="4" y2="4" stroke="currentColor" strokeWidth={width} strokeDasharray={dashes} />
  </svg>
);

const getStyles = (theme: GrafanaTheme2) => {
  const text = {
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    svg: { marginRight: theme.spacing(0.5) },
  };
  return {
    bar: css({ ...text, display: 'flex', gap: theme.spacing(1), padding: theme.spacing(0, 1) }),
    line: css({
      flex: 1,
      display: 'flex',
      // An entry that does not fit wraps out of sight as a whole, instead of being cut in the middle.
      flexWrap: 'wrap',
      columnGap: theme.spacing(2),
      overflow: 'hidden',
      whiteSpace: 'nowrap',
    }),
    list: css({ ...text, display: 'flex', flexDirection: 'column', gap: theme.spacing(0.5) }),
    corner: css({ position: 'absolute', zIndex: 1, right: 0, bottom: 0 }),
    button: css({
      all: 'unset',
      cursor: 'pointer',
      padding: theme.spacing(0, 1),
      borderRadius: theme.shape.radius.default,
      background: theme.colors.background.secondary,
      color: theme.colors.text.primary,
      fontSize: theme.typography.bodySmall.fontSize,
      '&:hover': { background: theme.colors.action.hover },
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}`, outlineOffset: -2 },
    }),
  };
};
