import { useMemo } from 'react';
import { buildDisplay, type DisplayTexts } from '../graph/display/build-display.ts';
import type { DisplayList } from '../graph/display/display-list.ts';
import type { Graph } from '../graph/graph.ts';
import type { Formatters } from './formatters.ts';
import { labelOf, subtitleOf, titleOf } from './node-texts.ts';
import type { PanelOptions } from './options.ts';
import { useLayout } from './use-layout.ts';

/** Lays a graph out and lists what to draw. */
export function useDisplay(
  latest: Graph,
  options: PanelOptions,
  format: Formatters,
  measure: DisplayTexts['measure'],
): DisplayList {
  const { edgeLabel, nodeText } = options;
  const { graph, framed, layout } = useLayout(latest, options);
  return useMemo(
    () =>
      buildDisplay(
        graph,
        layout,
        {
          titleOf,
          subtitleOf: (node) => subtitleOf(node, nodeText),
          labelOf: (edge) => labelOf(edge, edgeLabel, format),
          measure,
        },
        framed,
      ),
    [graph, framed, layout, edgeLabel, nodeText, format, measure],
  );
}
