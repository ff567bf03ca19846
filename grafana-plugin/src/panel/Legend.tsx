import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { useStyles2 } from '@grafana/ui';
import type { EdgeState, Graph } from '../graph/graph.ts';
import type { Formatters } from './formatters.ts';
import type { PanelOptions } from './options.ts';
import type { Palette } from './palette.ts';
import { ScaleLegend } from './ScaleLegend.tsx';
import { StateFilter } from './StateFilter.tsx';

interface Props {
  readonly height: number;
  readonly graph: Graph;
  readonly palette: Palette;
  /** The states that alone are shown; none: all. */
  readonly states: readonly EdgeState[];
  readonly onStates: (states: readonly EdgeState[]) => void;
  readonly widthBy: PanelOptions['widthBy'];
  readonly colourBy: PanelOptions['colourBy'];
  readonly format: Formatters;
}

/** Says how to read the drawing, and how much of each state there is; a click on a state shows it alone. */
export function Legend(props: Props) {
  const { height, graph, palette, states, onStates, widthBy, colourBy, format } = props;
  const styles = useStyles2(getStyles);
  return (
    <div className={styles} style={{ height, lineHeight: `${height}px` }} data-testid="musubi-legend">
      <StateFilter graph={graph} palette={palette} states={states} onStates={onStates} />
      <span>{t('legend.arrow', 'A → B: A depends on B')}</span>
      <span>
        <Line width={2.5} /> {t('legend.both-ends', 'reported by both ends')}
      </span>
      <span>
        <Line width={2.5} dashes="6 4" /> {t('legend.one-end', 'by one end')}
      </span>
      <ScaleLegend widthBy={widthBy} colourBy={colourBy} format={format} />
      <span>{t('legend.no-arrow', 'no arrow: direction unknown')}</span>
    </div>
  );
}

const Line = ({ width, dashes }: { width: number; dashes?: string }) => (
  <svg width="26" height="8" aria-hidden="true">
    <line x1="0" x2="26" y1="4" y2="4" stroke="currentColor" strokeWidth={width} strokeDasharray={dashes} />
  </svg>
);

const getStyles = (theme: GrafanaTheme2) =>
  css({
    display: 'flex',
    // What has no room wraps out of sight, whole: half a sentence would mislead.
    flexWrap: 'wrap',
    columnGap: theme.spacing(2),
    padding: theme.spacing(0, 1),
    overflow: 'hidden',
    whiteSpace: 'nowrap',
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    svg: { marginRight: theme.spacing(0.5) },
  });
