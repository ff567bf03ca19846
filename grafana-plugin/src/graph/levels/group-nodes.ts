import { sumFigures } from '../model/figures.ts';
import type { EdgeState, EndpointDetails, Graph, GraphEdge, GraphNode } from '../model/graph.ts';
import type { Figures } from '../model/half-edge.ts';
import { compareText, distinct } from '../model/order.ts';

/** What several nodes are drawn as. */
export type Group = Pick<GraphNode, 'key' | 'kind' | 'title' | 'service' | 'host' | 'site'>;

/**
 * Draws the members of each group as one node. Their edges are merged, with sums for figures: all that lead from one
 * place to another, whatever the port; between services one for each port. What stays within a place is left out.
 *
 * @param groupOf the group that a node is drawn as, undefined where it stays itself
 */
export function groupNodes(graph: Graph, groupOf: (node: GraphNode) => Group | undefined): Graph {
  const groups = new Map<string, { group: Group; members: GraphNode[] }>();
  const placeOf = new Map<string, string>();
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const group = groupOf(node);
    placeOf.set(node.key, group?.key ?? node.key);
    if (!group) {
      nodes.push(node);
      continue;
    }
    const known = groups.get(group.key);
    if (known) known.members.push(node);
    else groups.set(group.key, { group, members: [node] });
  }
  for (const { group, members } of groups.values()) {
    nodes.push({ ...mergeEnds(members), ...group, members: members.map(({ key }) => key) });
  }

  const isPlace = (key: string) => {
    const kind = groups.get(key)?.group.kind;
    return kind === 'host' || kind === 'site' || kind === 'external';
  };
  const edges = Map.groupBy(
    graph.edges.flatMap((edge) => {
      const [source, target] = [placeOf.get(edge.source), placeOf.get(edge.target)];
      if (source === undefined || target === undefined) return [];
      return source === target && isPlace(source) ? [] : [{ edge, source, target }];
    }),
    ({ edge, source, target }) =>
      source === edge.source && target === edge.target
        ? edge.key
        : JSON.stringify(
            isPlace(source) || isPlace(target)
              ? [source, target]
              : [source, target, edge.port, edge.transport],
          ),
  );
  return {
    nodes: nodes.sort(byKey),
    edges: [...edges]
      .flatMap(([key, same]) => {
        const [first] = same;
        const parts = same.map(({ edge }) => edge);
        return first && first.edge.key !== key ? mergeEdges(key, first, parts) : parts;
      })
      .sort(byKey),
  };
}

function mergeEdges(
  key: string,
  { source, target }: { source: string; target: string },
  parts: readonly GraphEdge[],
): GraphEdge {
  const only = (values: Iterable<string>) => {
    const [first = '', ...others] = new Set(values);
    return others.length === 0 ? first : '';
  };
  const told = parts.map((part) => part.seenBy).filter((by) => by !== 'none');
  const seenBy = told.length === 0 ? 'none' : only(told) || 'both';
  return {
    key,
    source,
    target,
    port: only(parts.map(({ port }) => port)),
    transport: only(parts.map(({ transport }) => transport)),
    directed: parts.some(({ directed }) => directed),
    src: mergeEnds(parts.map(({ src }) => src)),
    dst: mergeEnds(parts.map(({ dst }) => dst)),
    seenBy: seenBy as GraphEdge['seenBy'],
    figures: sumFigures(parts.map(({ figures }) => figures)),
    atSource: sumTold(parts.map(({ atSource }) => atSource)),
    atDestination: sumTold(parts.map(({ atDestination }) => atDestination)),
    states: mergeStates(parts.map(({ states }) => states)),
    ...(parts.some(({ previous }) => previous) && {
      previous: sumFigures(parts.flatMap(({ previous }) => previous ?? [])),
    }),
    alerts: parts.flatMap(({ alerts }) => alerts),
    parts: parts.flatMap((part) => (part.parts.length > 0 ? part.parts : [part])),
  };
}

/** States that an edge has only if all its parts have them. */
const SHARED: ReadonlySet<EdgeState> = new Set(['idle', 'new', 'vanished']);

/** What is true of the whole: new if all of it is, and changed if some of it is. */
function mergeStates(all: readonly (readonly EdgeState[])[]): EdgeState[] {
  const merged = new Set<EdgeState>();
  for (const state of new Set(all.flat())) {
    if (!SHARED.has(state) || all.every((states) => states.includes(state))) merged.add(state);
    else if (state !== 'idle') merged.add('changed');
  }
  return [...merged];
}

const mergeEnds = (ends: readonly EndpointDetails[]): EndpointDetails => ({
  addresses: distinct(ends.flatMap(({ addresses }) => addresses)),
  processes: distinct(ends.flatMap(({ processes }) => processes)),
  pids: distinct(ends.flatMap(({ pids }) => pids)),
  candidates: distinct(ends.flatMap(({ candidates }) => candidates)),
});

function sumTold(all: readonly (Figures | undefined)[]): Figures | undefined {
  const told = all.filter((figures) => figures !== undefined);
  return told.length > 0 ? sumFigures(told) : undefined;
}

const byKey = (a: { key: string }, b: { key: string }) => compareText(a.key, b.key);
