import type { PanelData } from '@grafana/data';
import { useEffect, useMemo, useState } from 'react';
import { readOverview } from '../graph/compare/overview.ts';
import { describeState, type StateMessage } from '../graph/describe-state.ts';
import { buildDisplay, type DisplayTexts } from '../graph/display/build-display.ts';
import type { DisplayList } from '../graph/display/display-list.ts';
import type { Graph } from '../graph/graph.ts';
import type { Layout } from '../graph/layout/layout-graph.ts';
import { createLayouter } from '../graph/layout/layouter.ts';
import { createLayoutMemory } from '../graph/layout/remember-layout.ts';
import type { Formatters } from './formatters.ts';
import { labelOf, subtitleOf, titleOf } from './node-texts.ts';
import type { PanelOptions } from './options.ts';
import { readFrames } from './read-frames.ts';
import { startLayoutWorker } from './start-layout-worker.ts';

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
    const { graph, reading } = readOverview(tables);
    return { graph, message: describeState(tables.length, reading, graph) };
  }, [series, request]);
}

/** What is drawn: a graph with its layout. */
interface Drawn {
  readonly graph: Graph;
  readonly layout: Layout;
}

const NOTHING: Drawn = {
  graph: { nodes: [], edges: [] },
  layout: { ...SIZES, corners: new Map(), bends: new Map() },
};

/**
 * Lays a graph out, in a worker if it can. Until that has come to an end, the graph before is drawn; nodes stay
 * where they are.
 */
function useLayout(graph: Graph, edgeLabel: PanelOptions['edgeLabel']): Drawn {
  const [layouter] = useState(() => createLayouter({ worker: startLayoutWorker }));
  const [memory] = useState(() => createLayoutMemory(layouter));
  const [drawn, setDrawn] = useState(NOTHING);
  useEffect(() => () => layouter.close(), [layouter]);

  const wish = useMemo(
    () => ({ graph, sizes: { ...SIZES, columnGap: COLUMN_GAP[edgeLabel] } }),
    [graph, edgeLabel],
  );
  const known = memory.recall(wish);
  useEffect(() => {
    if (known) return;
    let overtaken = false;
    void memory.layout(wish).then((layout) => {
      if (layout && !overtaken) setDrawn({ graph: wish.graph, layout });
    });
    return () => {
      overtaken = true;
    };
  }, [memory, wish, known]);
  return useMemo(() => (known ? { graph, layout: known } : drawn), [graph, known, drawn]);
}

/** Lays a graph out and lists what to draw. */
export function useDisplay(
  latest: Graph,
  options: PanelOptions,
  format: Formatters,
  measure: DisplayTexts['measure'],
): DisplayList {
  const { edgeLabel, nodeText } = options;
  const { graph, layout } = useLayout(latest, edgeLabel);
  return useMemo(
    () =>
      buildDisplay(graph, layout, {
        titleOf,
        subtitleOf: (node) => subtitleOf(node, nodeText),
        labelOf: (edge) => labelOf(edge, edgeLabel, format),
        measure,
      }),
    [graph, layout, edgeLabel, nodeText, format, measure],
  );
}
