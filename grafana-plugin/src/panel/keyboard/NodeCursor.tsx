import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { useStyles2 } from '@grafana/ui';
import { type ReactNode, type RefObject, useId, useMemo } from 'react';
import type { EdgeLabel } from '../../graph/display/near/display-list.ts';
import type { Rectangle } from '../../graph/geometry/rectangle.ts';
import type { Graph, GraphEdge, GraphElement } from '../../graph/model/graph.ts';
import type { NodeBounds } from '../../graph/navigate/next-node.ts';
import { useFollow } from '../canvas/use-follow.ts';
import type { ViewControl } from '../state/use-view.ts';
import { spokenEdge, spokenGraph, spokenNode } from './spoken-texts.ts';
import { type CursorActions, useNodeCursor } from './use-node-cursor.ts';

interface Props {
  readonly list: RefObject<HTMLDivElement | null>;
  readonly graph: Graph;
  readonly nodeBounds: NodeBounds;
  readonly pinned: GraphElement | undefined;
  readonly control: ViewControl;
  /** The label of an edge and its area: only for visible edges. */
  readonly edgeLabel: (key: string) => EdgeLabel | undefined;
  readonly actions: CursorActions;
  /** Pixels at the bottom of the drawing that strips cover. */
  readonly covered: number;
  /** The drawing. */
  readonly children: ReactNode;
}

/** Minimum side of the focus ring, in pixels on screen. */
const LEAST_RING = 22;
/** Between the hint and the bottom of the drawing, or the strips. */
const HINT_MARGIN = 4;

/**
 * The drawing for the keyboard and for screen readers: a list box whose options are the nodes, of which only the
 * focused one is rendered (ARIA 1.2, aria-activedescendant, aria-setsize).
 */
export function NodeCursor(props: Props) {
  const { list, graph, nodeBounds, pinned, control, edgeLabel, actions, covered, children } = props;
  const styles = useStyles2(getStyles);
  const id = useId();
  const { layer, className } = useFollow(control);
  const edgeBounds = (key: string) =>
    edgeLabel(key) ??
    halfWay(
      graph.edges.find((edge) => edge.key === key),
      nodeBounds,
    );
  const cursor = useNodeCursor({ graph, nodeBounds, edgeBounds, pinned, control, actions });
  const { at, bounds, position, size, moving } = cursor;
  const shown = useMemo(() => spokenGraph(graph), [graph]);
  // A new id for each node: otherwise screen readers do not announce the change.
  const option = at && `${id}-${at.type}-${position}`;
  const spoken = (target: GraphElement): string => {
    if (target.type === 'edge') {
      const edge = graph.edges.find(({ key }) => key === target.key);
      return edge ? spokenEdge(graph, edge, edgeLabel(edge.key)?.text ?? '') : '';
    }
    const node = graph.nodes.find(({ key }) => key === target.key);
    return node ? spokenNode(graph, node) : '';
  };
  return (
    <>
      <div
        ref={list}
        className={styles.list}
        role="listbox"
        tabIndex={0}
        aria-label={t(
          'graph.label',
          'Dependency graph with {{nodes}} nodes and {{edges}} dependencies. The table below lists them.',
          { nodes: graph.nodes.length, edges: graph.edges.length },
        )}
        aria-describedby={`${id}-hint`}
        aria-activedescendant={option}
        data-testid="musubi-nodes"
        onFocus={cursor.onFocus}
        onBlur={cursor.onBlur}
        onKeyDown={cursor.onKeyDown}
      >
        {children}
        <div ref={layer} className={className}>
          {at && bounds && (
            <div
              key={option}
              id={option}
              className={styles.ring}
              style={onScreen(bounds, control)}
              role="option"
              tabIndex={-1}
              aria-selected={pinned?.key === at.key}
              aria-label={spoken(at)}
              aria-posinset={position}
              aria-setsize={size}
            />
          )}
        </div>
      </div>
      <p
        id={`${id}-hint`}
        className={at ? styles.hint : styles.unseen}
        style={at && { bottom: covered + HINT_MARGIN }}
      >
        {moving
          ? t('keys.moving', 'Arrow keys move the node, Enter ends the move.')
          : t('keys.hint', 'Arrow keys move between nodes, Enter opens details, ? lists all keys.')}
      </p>
      <div role="status" className={styles.unseen} data-testid="musubi-shown">
        {shown}
      </div>
    </>
  );
}

/** The middle between the endpoints of an edge. */
function halfWay(edge: GraphEdge | undefined, nodeBounds: NodeBounds): Rectangle | undefined {
  const [from, to] = [nodeBounds.get(edge?.source ?? ''), nodeBounds.get(edge?.target ?? '')];
  if (!from || !to) return undefined;
  const [x, y] = [(from.x + to.x + to.width) / 2, (from.y + to.y + to.height) / 2];
  return { x, y, width: 0, height: 0 };
}

/** The ring around an area of the drawing. */
function onScreen({ x, y, width, height }: Rectangle, { view }: ViewControl) {
  const [wide, high] = [width, height].map((side) => Math.max(LEAST_RING, side * view.scale)) as [
    number,
    number,
  ];
  return {
    left: (x + width / 2) * view.scale + view.x - wide / 2,
    top: (y + height / 2) * view.scale + view.y - high / 2,
    width: wide,
    height: high,
  };
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    position: 'relative',
    overflow: 'hidden',
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}`, outlineOffset: -2 },
  }),
  ring: css({
    position: 'absolute',
    pointerEvents: 'none',
    borderRadius: 8,
    outline: `3px solid ${theme.colors.primary.text}`,
    outlineOffset: 3,
    // Separates it from the drawing below.
    boxShadow: `0 0 0 3px ${theme.colors.background.primary}`,
  }),
  hint: css({
    position: 'absolute',
    left: theme.spacing(1),
    margin: 0,
    padding: theme.spacing(0.25, 1),
    pointerEvents: 'none',
    background: theme.colors.background.elevated,
    borderRadius: theme.shape.radius.default,
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  unseen: css({
    position: 'absolute',
    width: 1,
    height: 1,
    margin: 0,
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  }),
});
