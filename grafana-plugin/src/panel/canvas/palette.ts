import type { GrafanaTheme2 } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';
import type { MeasureText } from '../../graph/display/text/shorten.ts';
import type { EdgeState, Graph } from '../../graph/model/graph.ts';
import { distinct } from '../../graph/model/order.ts';
import { STATE_LOOKS } from '../texts/state-looks.ts';

/** Colours and fonts of the drawing, all from the theme. */
export interface Palette {
  readonly background: string;
  readonly card: string;
  /** Background of a group's frame. */
  readonly frame: string;
  readonly border: string;
  readonly text: string;
  readonly mutedText: string;
  readonly edge: string;
  readonly accent: string;
  readonly stateColour: (state: EdgeState) => string;
  readonly hostColour: (host: string) => string;
  /** The colour of a dot: neutral if several hosts would share a colour. */
  readonly dotColour: (host: string) => string;
  readonly fontFamily: string;
  readonly fonts: Record<'title' | 'subtitle' | 'label', string>;
  /** Widths in those fonts. */
  readonly measure: Record<'title' | 'subtitle' | 'label', MeasureText>;
}

const HUES = ['blue', 'orange', 'green', 'purple', 'yellow', 'red'];

/**
 * The palette of the theme.
 *
 * @param graph all nodes that might be drawn: a host keeps its colour when others are collapsed or out of focus
 */
export function usePalette(graph: Graph): Palette {
  const theme = useTheme2();
  const hosts = distinct(graph.nodes.map((node) => node.host)).join('\n');
  return useMemo(() => createPalette(theme, hosts.split('\n')), [theme, hosts]);
}

/** Creates the palette of a theme. Hosts get colours by rank, so that a few hosts never share one. */
function createPalette(theme: GrafanaTheme2, hosts: readonly string[]): Palette {
  const edge = theme.colors.emphasize(theme.colors.background.primary, 0.5);
  const family = theme.typography.fontFamily;
  const fonts = {
    title: `500 13px ${family}`,
    subtitle: `400 11px ${family}`,
    label: `400 11px ${family}`,
  };
  const rank = new Map(hosts.map((host, i) => [host, i]));
  const hostColour = (host: string) =>
    theme.visualization.getColorByName(HUES[(rank.get(host) ?? 0) % HUES.length] ?? 'blue');
  return {
    background: theme.colors.background.primary,
    card: theme.colors.background.secondary,
    frame: theme.colors.background.canvas,
    border: theme.colors.border.strong,
    text: theme.colors.text.primary,
    mutedText: theme.colors.text.secondary,
    // Opaque, so that crossings and arrowheads hide what is below.
    edge,
    accent: theme.colors.primary.text,
    stateColour: (state) => {
      const { hue } = STATE_LOOKS[state];
      return hue === '' ? edge : theme.visualization.getColorByName(hue);
    },
    hostColour,
    dotColour: (host) =>
      host === '' || hosts.length > HUES.length ? theme.colors.text.secondary : hostColour(host),
    fontFamily: family,
    fonts,
    measure: {
      title: createMeasure(fonts.title),
      subtitle: createMeasure(fonts.subtitle),
      label: createMeasure(fonts.label),
    },
  };
}

/** Measures texts in a font, with a cache. */
function createMeasure(font: string): MeasureText {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return (text) => text.length * 7;
  context.font = font;
  const widths = new Map<string, number>();
  return (text) => {
    const known = widths.get(text);
    if (known !== undefined) return known;
    const { width } = context.measureText(text);
    widths.set(text, width);
    return width;
  };
}
