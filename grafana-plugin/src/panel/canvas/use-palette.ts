import { useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';
import type { Graph } from '../../graph/graph.ts';
import { distinct } from '../../graph/order.ts';
import { createPalette, type Palette } from './palette.ts';

/**
 * The palette of the theme.
 *
 * @param graph all that might be drawn: no host changes its colour when others are collapsed or out of focus
 */
export function usePalette(graph: Graph): Palette {
  const theme = useTheme2();
  const hosts = distinct(graph.nodes.map((node) => node.host)).join('\n');
  return useMemo(() => createPalette(theme, hosts.split('\n')), [theme, hosts]);
}
