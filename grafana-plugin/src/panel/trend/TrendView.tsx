import { css } from '@emotion/css';
import type { GrafanaTheme2, PanelData } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Spinner, useStyles2 } from '@grafana/ui';
import type { TimeRange } from '../../graph/compare/previous-range.ts';
import type { FigureName } from '../../graph/model/edge-figures.ts';
import { curvePath } from '../../graph/trend/curve.ts';
import type { TrendPoints } from '../../graph/trend/points.ts';
import type { TrendLine, TrendSubject } from '../../graph/trend/trend-queries.ts';
import { nameOf } from '../texts/figure-names.ts';
import type { Formatters } from '../texts/formatters.ts';
import { UNESCAPED } from '../texts/unescaped.ts';
import { useTrend } from './use-trend.ts';

interface Props {
  readonly data: PanelData;
  /** The part of the panel's range that is recorded. */
  readonly range: TimeRange;
  readonly subject: TrendSubject;
  readonly format: Formatters;
}

const SIZE = { width: 140, height: 22 };
/** With a margin for the width of lines at the borders. */
const VIEW_BOX = `-1 -1 ${SIZE.width + 2} ${SIZE.height + 2}`;

/** The values of a node or an edge over the range, each as a small curve and as text. */
export function TrendView({ data, range, subject, format }: Props) {
  const styles = useStyles2(getStyles);
  const { state, lines, step, error } = useTrend(data, range, subject);
  if (state === 'none') return null;
  return (
    <section
      className={styles}
      aria-label={t('trend.label', 'Trend')}
      aria-busy={state === 'loading'}
      data-testid="musubi-trend"
    >
      {state === 'loading' && <Spinner inline />}
      {state === 'too-many' && (
        <p>{t('trend.too-many', 'Too many dependencies for a trend: choose a finer level.')}</p>
      )}
      {error && <p role="alert">{`${t('trend.failed', 'Trend not available:')} ${error}`}</p>}
      {state === 'ready' && !error && lines.length === 0 && (
        <p>{t('trend.empty', 'No data in this time range.')}</p>
      )}
      {lines.length > 0 && (
        <table>
          <thead>
            <tr>
              <th colSpan={2}>{t('trend.title', 'Trend, in steps of {{step}}', { step })}</th>
              <th>{t('trend.most', 'Max')}</th>
              <th>{t('trend.last', 'Last')}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ line, points }) => (
              <Line key={line} line={line} points={points} format={format} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const FIGURES: Readonly<Record<TrendLine, FigureName>> = {
  opened: 'opened',
  failed: 'failed',
  bytes: 'bytes',
  rtt: 'rtt',
  in: 'opened',
  out: 'opened',
};

const nameOfLine = (line: TrendLine, format: Formatters): string => {
  if (line === 'in') return t('trend.in', 'Incoming connections');
  if (line === 'out') return t('trend.out', 'Outgoing connections');
  return nameOf(format, FIGURES[line]);
};

function Line({ line, points, format }: { line: TrendLine; points: TrendPoints; format: Formatters }) {
  const name = nameOfLine(line, format);
  const known = points.values.filter((value) => value !== null);
  const text = (value: number) => format.text(FIGURES[line], value);
  const most = text(Math.max(...known));
  const last = text(known.at(-1) ?? 0);
  const words = t('trend.words', '{{name}}: max {{most}}, last {{last}}', {
    name,
    most,
    last,
    ...UNESCAPED,
  });
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <svg role="img" aria-label={words} width={SIZE.width} height={SIZE.height} viewBox={VIEW_BOX}>
          <path className="zero" d={`M0 ${SIZE.height}H${SIZE.width}`} />
          <path d={curvePath(points, SIZE)} />
        </svg>
      </td>
      <td>{most}</td>
      <td>{last}</td>
    </tr>
  );
}

const getStyles = (theme: GrafanaTheme2) =>
  css({
    marginTop: theme.spacing(1),
    'tbody td, tbody th': { verticalAlign: 'middle' },
    path: { fill: 'none', stroke: theme.colors.primary.text, strokeWidth: 1.5, strokeLinejoin: 'round' },
    '.zero': { stroke: theme.colors.border.medium, strokeWidth: 1 },
    td: { whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' },
  });
