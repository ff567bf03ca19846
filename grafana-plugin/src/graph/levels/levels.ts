import type { Graph, GraphNode } from '../model/graph.ts';
import { type Group, groupNodes } from './group-nodes.ts';

/** How finely a graph is seen, coarsest first. `instance` is a service on a host, `service` all of its instances. */
export const LEVELS = ['site', 'host', 'service', 'instance', 'process'] as const;
export type Level = (typeof LEVELS)[number];

/** What nodes may be collected in: a box around them, or one node for them. */
export type Grouping = 'site' | 'host' | 'service';

const groupKey = (by: Grouping | 'outside', name: string): string => JSON.stringify(['group', by, name]);

/** Peers without an exporter, seen from where only sites count. */
const OUTSIDE: Group = {
  key: groupKey('outside', ''),
  kind: 'external',
  title: '',
  service: '',
  host: '',
  site: '',
};

/** The site, host or service that a node is of, or undefined where none is told. */
export function groupFor({ kind, service, host, site }: GraphNode, by: Grouping): Group | undefined {
  const nowhere = { service: '', host: '', site: '' };
  if (by === 'site' && site !== '') {
    return { key: groupKey('site', site), kind: 'site', title: site, ...nowhere, site };
  }
  if (by === 'host' && host !== '') {
    return { key: groupKey('host', host), kind: 'host', title: host, ...nowhere, host, site };
  }
  if (by === 'service' && kind === 'service') {
    return { key: groupKey('service', service), kind, title: service, ...nowhere, service };
  }
  return undefined;
}

/** A graph of instances, seen more coarsely. What is of no site is seen as its host; what is of no host, as outside. */
export function atLevel(graph: Graph, level: Exclude<Level, 'process'>): Graph {
  if (level === 'instance') return graph;
  return groupNodes(graph, (node) => {
    if (level !== 'site') return groupFor(node, level);
    return groupFor(node, 'site') ?? groupFor(node, 'host') ?? OUTSIDE;
  });
}

/** The groups of a graph, and who is in each: for boxes, and to collapse them. */
export interface NodeGroups {
  readonly groups: ReadonlyMap<string, Group>;
  /** The key of the group of each node that is in one. */
  readonly groupOf: ReadonlyMap<string, string>;
}

export const NO_GROUPS: NodeGroups = { groups: new Map(), groupOf: new Map() };

/** Collects nodes by what they are of. */
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

/** Draws some groups as one node each, which tells what is in it. Edges within such a group are left out. */
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
