import { useEffect, useMemo, useRef, useState } from 'react';
import { createLayoutMemory } from '../../graph/layout/layout-memory.ts';
import source from '../../graph/layout/layout-worker.ts?text';
import { createLayouter, type LayoutWorker } from '../../graph/layout/layouter.ts';
import { findGroups, NO_GROUPS, type NodeGroups } from '../../graph/levels/levels.ts';
import type { Graph } from '../../graph/model/graph.ts';
import type { Layout } from '../../graph/model/layout.ts';
import type { EdgeLabel } from '../texts/node-texts.ts';
import type { PanelOptions } from './options.ts';

/** Space for the labels of edges: fixed, so that new values never move a node. */
const COLUMN_GAP: Record<EdgeLabel, number> = {
  none: 90,
  port: 100,
  bytes: 140,
  connections: 140,
};

const SIZES = { width: 164, height: 46, rowGap: 26 };

/** What is drawn: a graph, its groups and its layout. */
export interface LaidOutGraph {
  readonly graph: Graph;
  readonly framed: NodeGroups;
  readonly layout: Layout;
}

const NOTHING: LaidOutGraph = {
  graph: { nodes: [], edges: [] },
  framed: NO_GROUPS,
  layout: { ...SIZES, corners: new Map(), bends: new Map() },
};

/**
 * Lays a graph out, in a worker if possible. Until it is done the previous graph is drawn; nodes keep their positions.
 *
 * @param aspect preferred width-to-height ratio of the whole
 */
export function useLayout(
  graph: Graph,
  { edgeLabel, level, frames, saved }: Pick<PanelOptions, 'edgeLabel' | 'level' | 'frames' | 'saved'>,
  aspect: number,
): LaidOutGraph {
  const [layouter] = useState(() => createLayouter({ worker: startLayoutWorker }));
  const [memory] = useState(() => createLayoutMemory(layouter));
  const [drawn, setDrawn] = useState(NOTHING);
  useEffect(() => () => layouter.close(), [layouter]);

  const framed = useMemo(() => (frames === 'none' ? NO_GROUPS : findGroups(graph, frames)), [graph, frames]);
  const wish = useMemo(
    () => ({
      graph,
      sizes: { ...SIZES, columnGap: COLUMN_GAP[edgeLabel], aspect },
      groups: framed.groupOf,
      arrangement: `${level} ${frames}`,
      saved: new Map(Object.entries(saved)),
    }),
    [graph, edgeLabel, aspect, framed, level, frames, saved],
  );
  const lastPut = useRef(0);
  const known = memory.recall(wish);
  useEffect(() => {
    if (known) return;
    // Otherwise a node whose move was undone would stay there as a remembered position.
    const put = Object.keys(saved).length;
    if (put < lastPut.current) memory.reset();
    lastPut.current = put;
    let overtaken = false;
    void memory.layout(wish).then((layout) => {
      if (layout && !overtaken) setDrawn({ graph: wish.graph, framed, layout });
    });
    return () => {
      overtaken = true;
    };
  }, [memory, wish, framed, saved, known]);
  return useMemo(() => (known ? { graph, framed, layout: known } : drawn), [graph, framed, known, drawn]);
}

/**
 * Starts the worker from a blob: it needs no second file, wherever Grafana serves the plugin from. Throws if the
 * page's policy or the browser does not allow workers from blobs.
 */
function startLayoutWorker(): LayoutWorker {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    return new Worker(url);
  } finally {
    // The worker has its own reference to the script by now.
    URL.revokeObjectURL(url);
  }
}
