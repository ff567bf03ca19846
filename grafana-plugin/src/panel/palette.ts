import type { GrafanaTheme2 } from '@grafana/data';

/** Colours and fonts of the drawing, all from the theme. */
export interface Palette {
  readonly background: string;
  readonly card: string;
  readonly border: string;
  readonly text: string;
  readonly mutedText: string;
  readonly edge: string;
  readonly accent: string;
  readonly hostColour: (host: string) => string;
  readonly fonts: { readonly title: string; readonly subtitle: string; readonly label: string };
}

const HUES = ['blue', 'orange', 'green', 'purple', 'yellow', 'red'];

/** Takes the palette from a theme. Hosts get their colour by their rank, so that few hosts never share one. */
export function createPalette(theme: GrafanaTheme2, hosts: readonly string[]): Palette {
  const family = theme.typography.fontFamily;
  const rank = new Map(hosts.map((host, i) => [host, i]));
  return {
    background: theme.colors.background.primary,
    card: theme.colors.background.secondary,
    border: theme.colors.border.strong,
    text: theme.colors.text.primary,
    mutedText: theme.colors.text.secondary,
    edge: theme.isDark ? theme.colors.text.disabled : theme.colors.text.secondary,
    accent: theme.colors.primary.text,
    hostColour: (host) =>
      theme.visualization.getColorByName(HUES[(rank.get(host) ?? 0) % HUES.length] ?? 'blue'),
    fonts: {
      title: `500 13px ${family}`,
      subtitle: `400 11px ${family}`,
      label: `400 11px ${family}`,
    },
  };
}
