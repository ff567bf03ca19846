import type { PanelData } from '@grafana/data';
import { useMemo } from 'react';
import { type Note, readOverview } from '../graph/compare/overview.ts';
import { roleOf } from '../graph/compare/table-role.ts';
import type { Graph } from '../graph/graph.ts';
import { atLevel } from '../graph/levels/levels.ts';
import { type EmptyReason, whyEmpty } from '../graph/why-empty.ts';
import { nameNodes } from './name-nodes.ts';
import type { PanelOptions } from './options.ts';
import { readFrames } from './read-frames.ts';

interface DependencyGraph {
  readonly graph: Graph;
  /** Why there is nothing to draw. */
  readonly empty: EmptyReason | undefined;
  /** What could not be told. */
  readonly notes: readonly Note[];
}

/** Reads the panel's data into the dependency graph at a level. */
export function useDependencyGraph(
  { series, request }: PanelData,
  { level, compare }: Pick<PanelOptions, 'level' | 'compare'>,
): DependencyGraph {
  const byProcess = level === 'process';
  const { graph, empty, notes } = useMemo(() => {
    const all = readFrames({ series, ...(request && { request }) });
    const tables = compare ? all : all.filter((table) => roleOf(table) !== 'before');
    const overview = readOverview(tables, { byProcess });
    return { ...overview, empty: whyEmpty(tables.length, overview.reading, overview.graph) };
  }, [series, request, byProcess, compare]);
  const seen = useMemo(() => nameNodes(level === 'process' ? graph : atLevel(graph, level)), [graph, level]);
  return { graph: seen, empty, notes };
}
