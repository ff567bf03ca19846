import type { PanelData } from '@grafana/data';
import { useMemo, useState } from 'react';
import { buildGraph } from '../graph/build-graph.ts';
import { describeState, type StateMessage } from '../graph/describe-state.ts';
import { buildDisplay, type DisplayTexts } from '../graph/display/build-display.ts';
import type { DisplayList } from '../graph/display/display-list.ts';
import type { Graph } from '../graph/graph.ts';
import type { LayoutSizes } from '../graph/layout/layout-graph.ts';
import { createLayoutMemory } from '../graph/layout/remember-layout.ts';
import { readTables } from '../graph/read-tables.ts';
import type { Formatters } from './formatters.ts';
import { labelOf, subtitleOf, titleOf } from './node-texts.ts';
import type { PanelOptions } from './options.ts';
import { readFrames } from './read-frames.ts';

/** Room for the texts on edges, by what they say: fixed, so that new figures never move a node. */
const COLUMN_GAP: Record<PanelOptions['edgeLabel'], number> = {
  none: 90,
  port: 100,
  bytes: 140,
  connections: 140,
};

const SIZES = { width: 164, height: 46, rowGap: 26, aspect: 1.7 };

/** Reads the panel's data into the dependency graph and, if it is empty, why. */
export function useDependencyGraph({ series, request }: PanelData): {
  graph: Graph;
  message: StateMessage | undefined;
} {
  return useMemo(() => {
    const tables = readFrames({ series, ...(request && { request }) });
    const reading = readTables(tables);
    const graph = buildGraph(reading.halves, reading.listeners);
    return { graph, message: describeState(tables.length, reading, graph) };
  }, [series, request]);
}

/** Lays a graph out and lists what to draw. Nodes stay where they are while the topology is the same. */
export function useDisplay(
  graph: Graph,
  options: PanelOptions,
  format: Formatters,
  measure: DisplayTexts['measure'],
): DisplayList {
  const [layoutOf] = useState(createLayoutMemory);
  const { edgeLabel, nodeText } = options;
  return useMemo(() => {
    const sizes: LayoutSizes = { ...SIZES, columnGap: COLUMN_GAP[edgeLabel] };
    return buildDisplay(graph, layoutOf(graph, sizes), {
      titleOf,
      subtitleOf: (node) => subtitleOf(node, nodeText),
      labelOf: (edge) => labelOf(edge, edgeLabel, format),
      measure,
    });
  }, [graph, edgeLabel, nodeText, format, measure, layoutOf]);
}
