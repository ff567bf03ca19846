import type { Graph, GraphNode } from '../model/graph.ts';
import { type Group, groupNodes } from './group-nodes.ts';

/** The level of aggregation of a graph, coarsest first. `instance` is a service on a host, `service` all of its instances. */
export const LEVELS = ['site', 'host', 'service', 'instance', 'process'] as const;
export type Level = (typeof LEVELS)[number];

/** What nodes can be grouped by: a frame around them, or one node for them. */
export type Grouping = 'site' | 'host' | 'service';

const groupKey = (by: Grouping | 'outside', name: string): string => JSON.stringify(['group', by, name]);

/** The node of all peers without an exporter, at the level of sites. */
const OUTSIDE: Group = {
  key: groupKey('outside', ''),
  kind: 'external',
  title: '',
  service: '',
  host: '',
  site: '',
};

/** The site, host or service of a node, or undefined if it is not known. */
export function groupFor({ kind, service, host, site }: GraphNode, by: Grouping): Group | undefined {
  const nowhere = { service: '', host: '', site: '' };
  if (by === 'site' && site !== '') {
    return { key: groupKey('site', site), kind: 'site', title: site, ...nowhere, site };
  }
  if (by === 'host' && host !== '') {
    return { key: groupKey('host', host), kind: 'host', title: host, ...nowhere, host, site };
  }
  if (by === 'service' && (kind === 'service' || kind === 'unobserved')) {
    return { key: groupKey('service', service), kind: 'service', title: service, ...nowhere, service };
  }
  return undefined;
}

/** Aggregates a graph of instances. At the level of sites, nodes without a site are grouped by host, the rest as outside. */
export function atLevel(graph: Graph, level: Exclude<Level, 'process'>): Graph {
  if (level === 'instance') return graph;
  const grouped = groupNodes(graph, (node) => {
    if (level !== 'site') return groupFor(node, level);
    return groupFor(node, 'site') ?? groupFor(node, 'host') ?? OUTSIDE;
  });
  // A node for all instances of a service is not one of them.
  const services = new Set(graph.nodes.filter(({ members }) => members.length > 0).map(({ key }) => key));
  if (services.size === 0) return grouped;
  const instancesOf = (node: GraphNode) =>
    services.has(node.key) ? node.members : node.members.filter((key) => !services.has(key));
  return { ...grouped, nodes: grouped.nodes.map((node) => ({ ...node, members: instancesOf(node) })) };
}

/** The groups of a graph and their members: for frames, and to collapse them. */
export interface NodeGroups {
  readonly groups: ReadonlyMap<string, Group>;
  /** The key of the group of each grouped node. */
  readonly groupOf: ReadonlyMap<string, string>;
}

export const NO_GROUPS: NodeGroups = { groups: new Map(), groupOf: new Map() };

/** Groups the nodes of a graph. */
export function findGroups(graph: Graph, by: Grouping): NodeGroups {
  const groups = new Map<string, Group>();
  const groupOf = new Map<string, string>();
  for (const node of graph.nodes) {
    const group = groupFor(node, by);
    if (!group || group.key === node.key) continue;
    groupOf.set(node.key, group.key);
    if (!groups.has(group.key)) groups.set(group.key, group);
  }
  return { groups, groupOf };
}

/** Draws collapsed groups as one node each, which lists its contents. Edges within such a group are removed. */
export function collapse(graph: Graph, by: Grouping, collapsed: ReadonlySet<string>): Graph {
  const { groups, groupOf } = findGroups(graph, by);
  const groupToCollapse = (node: GraphNode) => {
    const key = groupOf.get(node.key) ?? '';
    return collapsed.has(key) ? groups.get(key) : undefined;
  };
  const contents = Map.groupBy(graph.nodes, (node) => groupToCollapse(node)?.key);
  const { nodes, edges } = groupNodes(graph, groupToCollapse);
  return {
    nodes: nodes.map((node) => {
      const inside = contents.get(node.key);
      return inside ? { ...node, collapsed: inside } : node;
    }),
    edges: edges.filter(({ source, target }) => source !== target || !contents.has(source)),
  };
}
