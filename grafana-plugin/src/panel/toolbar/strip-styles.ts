import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';

/** Where strips lie: above each other, at the foot of the drawing. */
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
  // What is beside them is the drawing.
  pointerEvents: 'none',
  '& > *': { flexShrink: 0, pointerEvents: 'auto' },
});

/** A strip over the drawing that says what part or what comparison of it is looked at. */
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
