import type { DataFrame, InterpolateFunction } from '@grafana/data';
import { Stack } from '@grafana/ui';
import { useMemo } from 'react';
import type { Graph, GraphElement, GraphNode } from '../../graph/model/graph.ts';
import { DataLinks } from './DataLinks.tsx';
import { dataLinks } from './data-links.ts';
import { SetVariables } from './SetVariables.tsx';

interface Props {
  readonly target: GraphElement;
  readonly graph: Graph;
  readonly series: readonly DataFrame[];
  readonly timeZone: string;
  readonly replaceVariables: InterpolateFunction;
}

/** Links and buttons that lead from a node or an edge to the rest of the dashboard and beyond. */
export function DashboardLinks({ target, graph, series, timeZone, replaceVariables }: Props) {
  const nodes = nodesOf(graph, target);
  const links = useMemo(
    () => dataLinks(series, target, graph, replaceVariables, timeZone),
    [series, target, graph, replaceVariables, timeZone],
  );
  return (
    <>
      <DataLinks links={links} />
      <Stack direction="row" gap={0.5} wrap="wrap">
        <SetVariables nodes={nodes} replaceVariables={replaceVariables} />
      </Stack>
    </>
  );
}

/** The node, or both endpoints of the edge. */
function nodesOf(graph: Graph, { type, key }: GraphElement): GraphNode[] {
  const edge = type === 'edge' ? graph.edges.find((each) => each.key === key) : undefined;
  const keys = edge ? [edge.source, edge.target] : [key];
  return graph.nodes.filter((node) => keys.includes(node.key));
}
