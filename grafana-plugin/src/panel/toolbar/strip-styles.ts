import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';

/** The strips: stacked at the bottom of the drawing. */
export const strips = css({
  position: 'absolute',
  zIndex: 1,
  left: 0,
  right: 0,
  bottom: 4,
  display: 'flex',
  flexDirection: 'column',
  alignItems: 'center',
  gap: 4,
  overflow: 'hidden auto',
  // The pointer reaches the drawing beside them.
  pointerEvents: 'none',
  '& > *': { flexShrink: 0, pointerEvents: 'auto' },
});

/** A strip over the drawing: the focus, the comparison or a failure. */
export const getStripStyles = (theme: GrafanaTheme2) =>
  css({
    maxWidth: '100%',
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1),
    padding: theme.spacing(0.5, 1),
    background: theme.colors.background.elevated,
    border: `1px solid ${theme.colors.border.medium}`,
    borderRadius: theme.shape.radius.default,
    fontSize: theme.typography.bodySmall.fontSize,
    overflowWrap: 'anywhere',
  });
