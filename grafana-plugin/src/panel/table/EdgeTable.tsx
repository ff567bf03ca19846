import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { useStyles2 } from '@grafana/ui';
import { Fragment, memo, useMemo } from 'react';
import { edgeRows } from '../../graph/model/edge-rows.ts';
import type { Graph, GraphEdge } from '../../graph/model/graph.ts';
import { type EdgeSort, sortEdges } from '../../graph/model/sort-edges.ts';
import type { Formatters } from '../texts/formatters.ts';
import { EdgeRow } from './EdgeRow.tsx';
import { TableColumns, TableHead } from './TableHead.tsx';
import { ROW_HEIGHT, useRowWindow } from './use-row-window.ts';

interface Props {
  readonly graph: Graph;
  readonly format: Formatters;
  readonly sort: EdgeSort;
  readonly onSort: (sort: EdgeSort) => void;
  /** 0: for screen readers and the keyboard only. */
  readonly height: number;
  readonly onFocus: (edge: GraphEdge | undefined) => void;
  readonly onPick: (edge: GraphEdge, byKeyboard: boolean) => void;
}

/** The drawing as text: a row for each edge, navigated with the arrow keys. */
export const EdgeTable = memo(function EdgeTable(props: Props) {
  const { graph, format, sort, onSort, height, onFocus, onPick } = props;
  const styles = useStyles2(getStyles);
  const edges = useMemo(() => edgeRows(sortEdges(graph, sort)), [graph, sort]);
  const keys = useMemo(() => edges.map(({ edge }) => edge.key), [edges]);
  const { pane, rows, at, onScroll, ...focus } = useRowWindow(keys, height);
  return (
    <div
      ref={pane}
      className={height > 0 ? styles.pane : styles.hidden}
      style={height > 0 ? { height } : undefined}
      onScroll={onScroll}
    >
      <table className={styles.table} aria-rowcount={edges.length + 1} data-testid="musubi-edges">
        <caption>{t('table.caption', 'Dependencies in this time range')}</caption>
        <TableColumns />
        <TableHead format={format} sort={sort} onSort={onSort} />
        <tbody
          onKeyDown={focus.onKeyDown}
          onFocus={focus.onFocus}
          onBlur={() => {
            focus.onBlur();
            onFocus(undefined);
          }}
        >
          {rows.map((index, i) => {
            const row = edges[index];
            return (
              <Fragment key={index}>
                <Gap rows={index - (rows[i - 1] ?? -1) - 1} />
                {row && (
                  <EdgeRow
                    {...row}
                    index={index}
                    format={format}
                    tabIndex={index === at ? 0 : -1}
                    onFocus={() => onFocus(row.edge)}
                    onPick={(event) => onPick(row.edge, event.detail === 0)}
                  />
                )}
              </Fragment>
            );
          })}
          <Gap rows={edges.length - (rows.at(-1) ?? -1) - 1} />
        </tbody>
      </table>
    </div>
  );
});

/** Keeps the space of rows that are out of sight. */
const Gap = ({ rows }: { rows: number }) => (rows > 0 ? <tr style={{ height: rows * ROW_HEIGHT }} /> : null);

const getStyles = (theme: GrafanaTheme2) => ({
  // Invisible, but available to screen readers and the tab key.
  hidden: css({
    position: 'absolute',
    top: 0,
    left: 0,
    width: 1,
    height: 1,
    overflow: 'hidden',
    clipPath: 'inset(50%)',
  }),
  pane: css({ overflow: 'auto', borderTop: `1px solid ${theme.colors.border.medium}` }),
  table: css({
    tableLayout: 'fixed',
    width: '100%',
    minWidth: 1100,
    fontSize: theme.typography.bodySmall.fontSize,
    caption: { captionSide: 'top', padding: theme.spacing(0.5, 1), color: theme.colors.text.secondary },
    'th, td': {
      padding: theme.spacing(0, 1),
      textAlign: 'left',
      whiteSpace: 'nowrap',
      overflow: 'hidden',
      textOverflow: 'ellipsis',
    },
    th: {
      position: 'sticky',
      top: 0,
      height: ROW_HEIGHT,
      background: theme.colors.background.primary,
    },
    'th button:hover': { color: theme.colors.text.link },
    '& :is(th, td):nth-child(n + 5):nth-child(-n + 8)': {
      textAlign: 'right',
      fontVariantNumeric: 'tabular-nums',
      button: { marginLeft: 'auto' },
    },
    // Otherwise the header would cover a row after scrolling to it.
    'tbody tr': { scrollMarginTop: ROW_HEIGHT },
    'tbody tr:hover, tbody tr:focus-within': { background: theme.colors.action.hover },
    button: {
      all: 'unset',
      display: 'block',
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      cursor: 'pointer',
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}`, outlineOffset: -2 },
    },
  }),
});
