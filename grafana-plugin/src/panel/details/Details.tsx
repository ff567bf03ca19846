import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { IconButton, useStyles2 } from '@grafana/ui';
import { type ReactNode, type RefObject, useLayoutEffect, useRef } from 'react';
import type { Drawing } from '../../graph/display/drawing.ts';
import type { Graph, GraphElement } from '../../graph/model/graph.ts';
import type { Hover } from '../state/use-selection.ts';
import type { Formatters } from '../texts/formatters.ts';
import { EdgeDetails } from './EdgeDetails.tsx';
import { GroupDetails } from './GroupDetails.tsx';
import { NodeDetails } from './NodeDetails.tsx';

interface Props {
  /** The element that can take the focus. */
  readonly box?: RefObject<HTMLDivElement | null>;
  readonly drawing: Drawing;
  readonly graph: Graph;
  readonly format: Formatters;
  readonly target: GraphElement;
  /** The position of the pointer, or a corner. */
  readonly at: Hover | 'left' | 'right';
  readonly size: { readonly width: number; readonly height: number };
  /** Given when the details are pinned. */
  readonly onClose?: (() => void) | undefined;
  /** The trend of the target over the range. */
  readonly trend?: ReactNode;
  /** Actions on the target. */
  readonly actions?: ReactNode;
}

/** Minimum distance from the panel's borders, and from the pointer. */
const MARGIN = 8;
const DISTANCE = 14;

/** The details of a node, an edge or a group: beside the pointer, or pinned in a corner. */
export function Details(props: Props) {
  const { drawing, graph, format, target, at, size, onClose, trend, actions } = props;
  const styles = useStyles2(getStyles);
  const ownBox = useRef<HTMLDivElement>(null);
  const box = props.box ?? ownBox;
  const content =
    target.type === 'group' ? (
      <GroupDetails drawing={drawing} group={target.key} />
    ) : (
      contentOf(graph, format, target)
    );
  const pointer = typeof at === 'object';
  // Its size is known only once it is rendered.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || typeof at !== 'object') return;
    element.style.left = `${beside(at.x, element.offsetWidth, size.width)}px`;
    element.style.top = `${beside(at.y, element.offsetHeight, size.height)}px`;
  });
  if (!content) return null;
  return (
    <div
      ref={box}
      className={styles}
      style={{
        ...(pointer ? { left: 0, top: 0 } : { [at]: MARGIN, top: MARGIN }),
        maxHeight: size.height - 2 * MARGIN,
        maxWidth: Math.min(600, size.width - 2 * MARGIN),
        pointerEvents: pointer ? 'none' : 'auto',
      }}
      data-testid={onClose ? 'musubi-pinned' : 'musubi-tooltip'}
      {...(onClose
        ? { role: 'dialog', 'aria-label': t('details.label', 'Details'), tabIndex: -1 }
        : { role: 'tooltip' })}
    >
      {onClose && (
        <IconButton
          name="times"
          aria-label={t('details.close', 'Close details')}
          className="close"
          onClick={onClose}
        />
      )}
      {content}
      {trend}
      {actions && <div className="actions">{actions}</div>}
    </div>
  );
}

/** The start of a box along one axis, on the side of the pointer with more space and within the panel. */
function beside(pointer: number, length: number, space: number): number {
  const start = pointer < space / 2 ? pointer + DISTANCE : pointer - DISTANCE - length;
  return Math.max(MARGIN, Math.min(space - MARGIN - length, start));
}

function contentOf(graph: Graph, format: Formatters, { type, key }: GraphElement): ReactNode {
  if (type === 'node') {
    const node = graph.nodes.find((each) => each.key === key);
    return node && <NodeDetails node={node} graph={graph} />;
  }
  const edge = graph.edges.find((each) => each.key === key);
  return edge && <EdgeDetails edge={edge} graph={graph} format={format} />;
}

const getStyles = (theme: GrafanaTheme2) =>
  css({
    position: 'absolute',
    zIndex: 2,
    overflow: 'auto',
    padding: theme.spacing(1.5),
    background: theme.colors.background.elevated,
    border: `1px solid ${theme.colors.border.medium}`,
    borderRadius: theme.shape.radius.default,
    boxShadow: theme.shadows.z3,
    fontSize: theme.typography.bodySmall.fontSize,
    lineHeight: 1.5,
    // Level 3: the title of the panel has level 2.
    h3: { ...theme.typography.h6, margin: theme.spacing(0, 3, 1, 0), overflowWrap: 'anywhere' },
    p: { margin: theme.spacing(1, 0, 0), color: theme.colors.text.secondary },
    table: { borderCollapse: 'collapse' },
    'th, td': {
      padding: theme.spacing(0.125, 1.5, 0.125, 0),
      verticalAlign: 'top',
      overflowWrap: 'anywhere',
    },
    th: {
      fontWeight: theme.typography.fontWeightRegular,
      color: theme.colors.text.secondary,
    },
    'thead th': { fontWeight: theme.typography.fontWeightMedium, color: theme.colors.text.primary },
    '.figures td': { fontVariantNumeric: 'tabular-nums' },
    // Only names may be long.
    'th, .figures td': { overflowWrap: 'normal' },
    'p + table, table + table': { marginTop: theme.spacing(1) },
    '.actions': {
      display: 'flex',
      flexDirection: 'column',
      gap: theme.spacing(1),
      marginTop: theme.spacing(1),
    },
    '.close': { position: 'absolute', right: theme.spacing(1), top: theme.spacing(1.5) },
  });
