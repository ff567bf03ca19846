import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { IconButton, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import type { Target } from '../graph/display/hit-test.ts';
import type { Graph } from '../graph/graph.ts';
import { EdgeDetails } from './EdgeDetails.tsx';
import type { Formatters } from './formatters.ts';
import type { Hover } from './GraphCanvas.tsx';
import { NodeDetails } from './NodeDetails.tsx';

interface Props {
  readonly graph: Graph;
  readonly format: Formatters;
  readonly target: Target;
  /** Where the pointer is, or the corner to stand in. */
  readonly at: Hover | 'left' | 'right';
  readonly size: { readonly width: number; readonly height: number };
  /** Given when the details are pinned. */
  readonly onClose?: (() => void) | undefined;
}

/** All that is known of a node or an edge: beside the pointer, or pinned in the corner. */
export function Details({ graph, format, target, at, size, onClose }: Props) {
  const styles = useStyles2(getStyles);
  const content = contentOf(graph, format, target);
  if (!content) return null;
  // Beside the pointer, on the side with more room, so that it stays within the panel.
  const pointer = typeof at === 'object';
  const corner = pointer
    ? {
        ...(at.x < size.width / 2 ? { left: at.x + 16 } : { right: size.width - at.x + 16 }),
        ...(at.y < size.height / 2 ? { top: at.y + 12 } : { bottom: size.height - at.y + 12 }),
      }
    : { [at]: 8, top: 8 };
  return (
    <div
      className={styles}
      style={{
        ...corner,
        maxHeight: size.height - 16,
        maxWidth: Math.min(480, size.width - 16),
        pointerEvents: pointer ? 'none' : 'auto',
      }}
      data-testid={onClose ? 'musubi-pinned' : 'musubi-tooltip'}
      role={onClose ? 'group' : 'tooltip'}
    >
      {onClose && <IconButton name="times" aria-label="Close details" className="close" onClick={onClose} />}
      {content}
    </div>
  );
}

function contentOf(graph: Graph, format: Formatters, { type, key }: Target): ReactNode {
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
    h6: { margin: theme.spacing(0, 3, 1, 0), overflowWrap: 'anywhere' },
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
      whiteSpace: 'nowrap',
    },
    'thead th': { fontWeight: theme.typography.fontWeightMedium, color: theme.colors.text.primary },
    '.figures td': { whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' },
    'table + table': { marginTop: theme.spacing(1) },
    '.close': { position: 'absolute', right: theme.spacing(1), top: theme.spacing(1.5) },
  });
