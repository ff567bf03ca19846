import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { useStyles2 } from '@grafana/ui';
import { type RefObject, useEffect } from 'react';
import type { Drawing } from '../../graph/display/drawing.ts';
import { boundsOf } from '../../graph/display/element-at.ts';
import { shortName } from '../../graph/display/text/shorten.ts';
import { collapseBounds, expandBounds } from '../../graph/display/view/toggle-bounds.ts';
import { intersects, type Rectangle } from '../../graph/geometry/rectangle.ts';
import type { ViewControl } from '../state/use-view.ts';
import { titleOf } from '../texts/node-texts.ts';
import { UNESCAPED } from '../texts/unescaped.ts';
import { useFollow } from './use-follow.ts';

interface Props {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly drawing: Drawing;
  readonly control: Pick<ViewControl, 'view' | 'live' | 'onMove'>;
  readonly size: { readonly width: number; readonly height: number };
  readonly onToggle: (group: string) => void;
}

/** A group that can be collapsed or expanded, and the area of its toggle in the drawing. */
interface Toggle {
  readonly key: string;
  readonly title: string;
  readonly open: boolean;
  readonly at: Rectangle;
}

/** Smaller groups on screen have no toggle. */
const LEAST_WIDTH = 40;
/** Minimum size in pixels of a toggle in a frame, even if its sign is smaller: WCAG 2.2, 2.5.8. Small cards have no space for it. */
const LEAST_TARGET = 24;

/** Buttons above the drawing: one in the title of each visible frame, one on each collapsed group. */
export function GroupToggles({ canvas, drawing, control, size, onToggle }: Props) {
  const { view } = control;
  const { layer, className } = useFollow(control);
  const styles = useStyles2(getStyles);
  useEffect(() => {
    const element = layer.current;
    // The wheel zooms here as well. React's listener is passive, so that the page would scroll too.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      canvas.current?.dispatchEvent(new WheelEvent(event.type, event));
    };
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, [canvas, layer]);
  const seen = { x: -view.x, y: -view.y, width: size.width, height: size.height };
  return (
    <div ref={layer} className={className}>
      {togglesOf(drawing, view.scale)
        .filter(({ at }) => intersects(scaled(at, view.scale), seen))
        .map(({ key, title, open, at }) => {
          const { x, y, width, height } = scaled(at, view.scale);
          const grown = open ? Math.max(0, LEAST_TARGET - width) / 2 : 0;
          const name = shortName(title);
          const label = open
            ? t('groups.collapse', 'Collapse {{name}}', { name, ...UNESCAPED })
            : t('groups.expand', 'Expand {{name}}', { name, ...UNESCAPED });
          return (
            <button
              key={key}
              type="button"
              className={styles}
              style={{
                left: x + view.x - grown,
                top: y + view.y - grown,
                width: width + 2 * grown,
                height: height + 2 * grown,
                fontSize: height * 0.7,
              }}
              aria-expanded={open}
              aria-label={label}
              title={label}
              onClick={() => onToggle(key)}
            >
              {open ? '▾' : '▸'}
            </button>
          );
        })}
    </div>
  );
}

function togglesOf(drawing: Drawing, scale: number): Toggle[] {
  if (drawing.detailAt(scale) !== 'cards') return [];
  const isLarge = ({ width }: Rectangle) => width * scale >= LEAST_WIDTH;
  const collapsed = drawing.graph.nodes.filter((node) => node.collapsed !== undefined);
  return [
    ...drawing
      .far()
      .tiles.filter(isLarge)
      .map(({ key, title, ...frame }) => ({ key, title, open: true, at: collapseBounds(frame, scale) })),
    ...collapsed.flatMap((node) => {
      const bounds = boundsOf(drawing, { type: 'node', key: node.key });
      if (!bounds || !isLarge(bounds)) return [];
      return [{ key: node.key, title: titleOf(node), open: false, at: expandBounds(bounds, scale) }];
    }),
  ];
}

const scaled = ({ x, y, width, height }: Rectangle, scale: number): Rectangle => ({
  x: x * scale,
  y: y * scale,
  width: width * scale,
  height: height * scale,
});

const getStyles = (theme: GrafanaTheme2) =>
  css({
    position: 'absolute',
    padding: 0,
    border: 'none',
    borderRadius: theme.shape.radius.default,
    background: 'none',
    color: theme.colors.text.secondary,
    lineHeight: 1,
    '&:hover': { background: theme.colors.action.hover, color: theme.colors.text.primary },
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}`, outlineOffset: -2 },
  });
