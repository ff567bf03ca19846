import type { PanelData } from '@grafana/data';
import { useMemo } from 'react';
import { readOverview } from '../graph/compare/overview.ts';
import { describeState, type StateMessage } from '../graph/describe-state.ts';
import type { Graph } from '../graph/graph.ts';
import { atLevel, type Level } from '../graph/levels/levels.ts';
import { readFrames } from './read-frames.ts';

/** Reads the panel's data into the dependency graph at a level and, if it is empty, why. */
export function useDependencyGraph(
  { series, request }: PanelData,
  level: Level,
): { graph: Graph; message: StateMessage | undefined } {
  const byProcess = level === 'process';
  const { graph, message } = useMemo(() => {
    const tables = readFrames({ series, ...(request && { request }) });
    const overview = readOverview(tables, { byProcess });
    return { ...overview, message: describeState(tables.length, overview.reading, overview.graph) };
  }, [series, request, byProcess]);
  const seen = useMemo(() => (level === 'process' ? graph : atLevel(graph, level)), [graph, level]);
  return { graph: seen, message };
}
