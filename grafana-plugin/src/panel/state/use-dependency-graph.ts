import type { InterpolateFunction, PanelData } from '@grafana/data';
import { useMemo } from 'react';
import { type OverviewNote, readOverview } from '../../graph/compare/overview.ts';
import type { TimeRange } from '../../graph/compare/previous-range.ts';
import { filterWithNeighbours as cutAround } from '../../graph/focus/filter-with-neighbours.ts';
import { atLevel, type Level } from '../../graph/levels/levels.ts';
import type { Graph, GraphNode } from '../../graph/model/graph.ts';
import { type EmptyReason, whyEmpty } from '../../graph/tables/why-empty.ts';
import { type Around, type AroundOptions, fillAround } from '../query/around-variables.ts';
import { readFrames } from '../query/read-frames.ts';
import { nameNodes } from '../texts/node-texts.ts';
import type { Comparison } from './use-comparison.ts';

interface DependencyGraph {
  readonly graph: Graph;
  /** Its nodes at the finest level. */
  readonly instances: ReadonlyMap<string, GraphNode>;
  /** Why there is nothing to draw. */
  readonly empty: EmptyReason | undefined;
  /** Problems with the data. */
  readonly notes: readonly OverviewNote[];
}

/** Reads the panel's data, and that of the compared range, into the dependency graph at a level, cut to the part that the options select. */
export function useDependencyGraph(
  { series, request, error, errors }: PanelData,
  { now, other, tables: then }: Comparison,
  level: Level,
  around: Around,
): DependencyGraph {
  const byProcess = level === 'process';
  const lengths = { now: lengthOf(now), before: other ? lengthOf(other) : 0 };
  const { graph, empty, notes } = useMemo(() => {
    const tables = readFrames({
      series,
      ...(request && { request }),
      ...(error && { error }),
      ...(errors && { errors }),
    });
    const overview = readOverview(tables, {
      byProcess,
      previous: then && { tables: then, ranges: { current: lengths.now, previous: lengths.before } },
    });
    return { ...overview, empty: whyEmpty(tables.length, overview.contents, overview.graph) };
  }, [series, request, error, errors, byProcess, then, lengths.now, lengths.before]);
  const seen = useMemo(() => {
    const part = cutAround(graph, around.wanted, around.way);
    return nameNodes(level === 'process' ? part : atLevel(part, level));
  }, [graph, level, around]);
  const instances = useMemo(() => new Map(graph.nodes.map((node) => [node.key, node])), [graph]);
  return { graph: seen, instances, empty, notes };
}

const lengthOf = ({ from, to }: TimeRange): number => to - from;

/** The part of the graph that the options select; the same object as long as the variables are the same. */
export function useAround(options: Partial<AroundOptions>, replace: InterpolateFunction): Around {
  const filled = JSON.stringify(fillAround(options, replace));
  return useMemo(() => JSON.parse(filled), [filled]);
}
