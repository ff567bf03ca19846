import { sumFigures } from '../model/figures.ts';
import type { EdgeState, EndpointDetails, Graph, GraphEdge, GraphNode } from '../model/graph.ts';
import type { Figures } from '../model/half-edge.ts';
import { commonText, compareText, distinct } from '../model/order.ts';

/** A group that several nodes are drawn as. */
export type Group = Pick<GraphNode, 'key' | 'kind' | 'title' | 'service' | 'host' | 'site'>;

/**
 * Draws the members of each group as one node. Their edges are merged and their figures summed: edges between hosts,
 * sites or external peers whatever the port, edges between services per port. Edges within a host or site are removed.
 *
 * @param groupOf the group that a node is drawn as, undefined if it is not grouped
 */
export function groupNodes(graph: Graph, groupOf: (node: GraphNode) => Group | undefined): Graph {
  const groups = new Map<string, { group: Group; members: GraphNode[] }>();
  const nodeOf = new Map<string, string>();
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const group = groupOf(node);
    nodeOf.set(node.key, group?.key ?? node.key);
    if (!group) {
      nodes.push(node);
      continue;
    }
    const known = groups.get(group.key);
    if (known) known.members.push(node);
    else groups.set(group.key, { group, members: [node] });
  }
  for (const { group, members } of groups.values()) {
    const ofService = group.kind === 'service' && serviceAttributes(members);
    nodes.push({ ...mergeDetails(members), ...group, ...ofService, members: members.map(({ key }) => key) });
  }

  const isLocation = (key: string) => {
    const kind = groups.get(key)?.group.kind;
    return kind === 'host' || kind === 'site' || kind === 'external';
  };
  const edges = Map.groupBy(
    graph.edges.flatMap((edge) => {
      const [source, target] = [nodeOf.get(edge.source), nodeOf.get(edge.target)];
      if (source === undefined || target === undefined) return [];
      return source === target && isLocation(source) ? [] : [{ edge, source, target }];
    }),
    ({ edge, source, target }) =>
      source === edge.source && target === edge.target
        ? edge.key
        : JSON.stringify(
            isLocation(source) || isLocation(target)
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

/** The host and the site of a service, where all its instances agree on them, and whether any of them was observed. */
const serviceAttributes = (instances: readonly GraphNode[]): Pick<GraphNode, 'kind' | 'host' | 'site'> => ({
  kind: instances.some(({ kind }) => kind === 'service') ? 'service' : 'unobserved',
  host: commonText(instances.map(({ host }) => host)),
  site: commonText(instances.map(({ site }) => site)),
});

function mergeEdges(
  key: string,
  { source, target }: { source: string; target: string },
  parts: readonly GraphEdge[],
): GraphEdge {
  const all = parts.map((part) => part.seenBy);
  const reporters = all.filter((by) => by !== 'none' && by !== 'unknown');
  const unreported = all.includes('unknown') ? 'unknown' : 'none';
  const seenBy = reporters.length === 0 ? unreported : commonText(reporters) || 'both';
  return {
    key,
    source,
    target,
    port: commonText(parts.map(({ port }) => port)),
    transport: commonText(parts.map(({ transport }) => transport)),
    directed: parts.some(({ directed }) => directed),
    src: mergeDetails(parts.map(({ src }) => src)),
    dst: mergeDetails(parts.map(({ dst }) => dst)),
    seenBy: seenBy as GraphEdge['seenBy'],
    figures: sumFigures(parts.map(({ figures }) => figures)),
    atSource: sumKnown(parts.map(({ atSource }) => atSource)),
    atDestination: sumKnown(parts.map(({ atDestination }) => atDestination)),
    ...(parts.some(({ recorded }) => recorded) && {
      recorded: sumFigures(parts.flatMap(({ recorded }) => recorded ?? [])),
    }),
    states: mergeStates(parts.map(({ states }) => states)),
    ...(parts.some(({ previous }) => previous) && {
      previous: sumFigures(parts.flatMap(({ previous }) => previous ?? [])),
    }),
    alerts: parts.flatMap(({ alerts }) => alerts),
    parts: parts.flatMap((part) => (part.parts.length > 0 ? part.parts : [part])),
  };
}

/** States that a merged edge has only if all its parts have them. */
const SHARED: ReadonlySet<EdgeState> = new Set(['idle', 'new', 'vanished']);

/** The states of a merged edge: new if all of its parts are, and changed if only some are. */
function mergeStates(all: readonly (readonly EdgeState[])[]): EdgeState[] {
  const merged = new Set<EdgeState>();
  for (const state of new Set(all.flat())) {
    if (!SHARED.has(state) || all.every((states) => states.includes(state))) merged.add(state);
    else if (state !== 'idle') merged.add('changed');
  }
  return [...merged];
}

const mergeDetails = (all: readonly EndpointDetails[]): EndpointDetails => ({
  addresses: distinct(all.flatMap(({ addresses }) => addresses)),
  processes: distinct(all.flatMap(({ processes }) => processes)),
  pids: distinct(all.flatMap(({ pids }) => pids)),
  candidates: distinct(all.flatMap(({ candidates }) => candidates)),
});

function sumKnown(all: readonly (Figures | undefined)[]): Figures | undefined {
  const known = all.filter((figures) => figures !== undefined);
  return known.length > 0 ? sumFigures(known) : undefined;
}

const byKey = (a: { key: string }, b: { key: string }) => compareText(a.key, b.key);
