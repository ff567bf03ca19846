import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { useStyles2 } from '@grafana/ui';
import { type KeyboardEvent, memo, useMemo } from 'react';
import { legible } from '../graph/display/legible.ts';
import { bytesOf } from '../graph/figures.ts';
import type { Graph, GraphEdge, GraphNode } from '../graph/graph.ts';
import { Figure } from './Figure.tsx';
import type { Formatters } from './formatters.ts';
import { placeOf, titleOf } from './node-texts.ts';
import { stateText } from './state-looks.ts';

interface Props {
  readonly graph: Graph;
  readonly format: Formatters;
  /** 0: it is there for screen readers and the keyboard only. */
  readonly height: number;
  readonly onFocus: (edge: GraphEdge | undefined) => void;
  readonly onPick: (edge: GraphEdge | undefined) => void;
}

/** More rows than this slow the page down and help nobody. */
const MOST_ROWS = 1000;

/** The drawing's twin in text: every edge a row, walked with the arrow keys. */
export const EdgeTable = memo(function EdgeTable({ graph, format, height, onFocus, onPick }: Props) {
  const styles = useStyles2(getStyles);
  const nodes = useMemo(() => new Map(graph.nodes.map((node) => [node.key, node])), [graph]);
  const rows = useMemo(
    () => graph.edges.toSorted((a, b) => (bytesOf(b.figures) ?? 0) - (bytesOf(a.figures) ?? 0)),
    [graph],
  );
  const left = rows.length - MOST_ROWS;
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === 'Escape') onPick(undefined);
    else walkRows(event);
  };
  return (
    <div className={height > 0 ? styles.pane : styles.hidden} style={height > 0 ? { height } : undefined}>
      <table className={styles.table} data-testid="musubi-edges">
        <caption>
          {t('table.caption', 'Dependencies in this range, most bytes first')}
          {left > 0 && `; ${t('table.left', '{{left}} more are not listed', { left })}`}
        </caption>
        <thead>
          <tr>
            {[
              t('table.source', 'Source'),
              t('table.destination', 'Destination'),
              t('end.port', 'Port'),
              t('table.transport', 'Transport'),
              format.name('opened') ?? t('table.connections', 'Connections'),
              format.name('open') ?? t('table.open', 'Open'),
              format.name('bytes') ?? t('table.bytes', 'Bytes'),
              format.name('lastSeen') ?? t('figures.last-seen', 'Last seen'),
              t('table.seen-by', 'Seen by'),
              t('table.state', 'State'),
            ].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={onKeyDown} onBlur={() => onFocus(undefined)}>
          {rows.slice(0, MOST_ROWS).map((edge, index) => (
            <Row
              key={edge.key}
              edge={edge}
              source={nodes.get(edge.source)}
              target={nodes.get(edge.target)}
              format={format}
              tabIndex={index === 0 ? 0 : -1}
              onFocus={() => onFocus(edge)}
              onPick={() => onPick(edge)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
});

interface RowProps {
  readonly edge: GraphEdge;
  readonly source: GraphNode | undefined;
  readonly target: GraphNode | undefined;
  readonly format: Formatters;
  readonly tabIndex: number;
  readonly onFocus: () => void;
  readonly onPick: () => void;
}

function Row({ edge, source, target, format, tabIndex, onFocus, onPick }: RowProps) {
  const { opened, open, lastSeen } = edge.figures;
  const bytes = bytesOf(edge.figures);
  return (
    <tr
      data-source={source?.title}
      data-source-host={source?.host}
      data-source-process={edge.src.processes.join(',')}
      data-source-pid={edge.src.pids.join(',')}
      data-destination={target?.title}
      data-destination-host={target?.host}
      data-destination-process={edge.dst.processes.join(',')}
      data-destination-pid={edge.dst.pids.join(',')}
      data-port={edge.port}
      data-transport={edge.transport}
      data-connections={opened === undefined ? '' : Math.round(opened)}
      data-open={open ?? ''}
      data-bytes={bytes === undefined ? '' : Math.round(bytes)}
      data-last-seen={lastSeen ?? ''}
      data-seen-by={edge.seenBy}
      data-directed={edge.directed}
      data-states={edge.states.join(' ')}
    >
      <td>
        <button type="button" tabIndex={tabIndex} onFocus={onFocus} onClick={onPick}>
          {nameOf(source)}
        </button>
      </td>
      <td>{nameOf(target)}</td>
      <td>{placeOf(edge)}</td>
      <td>{edge.transport}</td>
      <td>
        <Figure of="opened" value={opened} format={format} />
      </td>
      <td>
        <Figure of="open" value={open} format={format} />
      </td>
      <td>
        <Figure of="bytes" value={bytes} format={format} />
      </td>
      <td>
        <Figure of="lastSeen" value={lastSeen} format={format} />
      </td>
      <td>{seenBy(edge)}</td>
      <td>{stateText(edge.states)}</td>
    </tr>
  );
}

function seenBy({ directed, seenBy: by }: GraphEdge): string {
  if (!directed) return t('seen-by.undirected', 'one end, direction unknown');
  if (by === 'nobody') return t('seen-by.nobody', 'nobody');
  if (by === 'both') return t('seen-by.both', 'both ends');
  return by === 'source' ? t('seen-by.source', 'source') : t('seen-by.destination', 'destination');
}

const nameOf = (node: GraphNode | undefined) =>
  node ? [titleOf(node), legible(node.host)].filter(Boolean).join(' · ') : '';

/** Arrow keys, Home and End move between rows: one tab stop for the whole table. */
function walkRows(event: KeyboardEvent<HTMLElement>): void {
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  const next = to === undefined ? undefined : buttons[to];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

const getStyles = (theme: GrafanaTheme2) => ({
  // Out of sight, yet read by screen readers and reached by the tab key.
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
    width: '100%',
    fontSize: theme.typography.bodySmall.fontSize,
    caption: { captionSide: 'top', padding: theme.spacing(0.5, 1), color: theme.colors.text.secondary },
    'th, td': { padding: theme.spacing(0.5, 1), textAlign: 'left', whiteSpace: 'nowrap' },
    'td:nth-child(n + 5):nth-child(-n + 7)': { fontVariantNumeric: 'tabular-nums' },
    'tbody tr:hover, tbody tr:focus-within': { background: theme.colors.action.hover },
    button: {
      all: 'unset',
      cursor: 'pointer',
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}` },
    },
  }),
});
