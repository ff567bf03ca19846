import { endpointName } from '@musubi/contract/endpoint-name';
import type { EdgeState, Graph, GraphEdge, GraphNode } from '../model/graph.ts';
import { commonText } from '../model/order.ts';
import { type Column, canonicalName, rowCount, type Table, textAt } from '../tables/table.ts';

/** The identity of an edge in recorded series: its endpoints by service name, else address, else host; '' if unknown. */
export interface ServiceEdge {
  readonly transport: string;
  readonly port: string;
  readonly source: string;
  readonly sourceSite: string;
  readonly target: string;
  readonly targetSite: string;
}

/** A row of a table with its labels by canonical name. */
export type LabelReader = (label: string) => string;

/** The rows of some tables. */
export function* rowsOf(
  tables: readonly Table[],
): Generator<{ table: Table; row: number; cell: LabelReader }> {
  for (const table of tables) {
    const columns = new Map<string, Column>(
      table.columns.map((column) => [canonicalName(column.name), column]),
    );
    const count = rowCount(table);
    for (let row = 0; row < count; row++)
      yield { table, row, cell: (label) => textAt(columns.get(label), row) };
  }
}

/** The edge that the labels of a row name; undefined if they name none. */
export function serviceEdgeOf(cell: LabelReader): ServiceEdge | undefined {
  const [source, target] = [endpointName(cell, 'src'), endpointName(cell, 'dst')];
  if (source === '' || target === '') return undefined;
  return {
    transport: cell('network_transport'),
    port: cell('dst_port'),
    source,
    sourceSite: cell('src_site'),
    target,
    targetSite: cell('dst_site'),
  };
}

/** Every name that an endpoint can have in recorded series. */
const namesOf = ({ service, addresses, host }: GraphNode): readonly string[] =>
  service !== '' ? [service] : [...addresses, host].filter(Boolean);

/** An edge that rules name but that was not observed, and its nodes. */
export interface PlaceholderEdge {
  readonly nodes: readonly GraphNode[];
  readonly edge: GraphEdge;
}

/** Finds the edges of a graph with given labels. Empty labels match any value. */
export interface EdgeIndex {
  find(wanted: ServiceEdge): readonly GraphEdge[];
  /**
   * An edge for labels that were not found, between existing nodes of these names; a node for all instances of a service
   * that has several.
   */
  placeholder(wanted: ServiceEdge, states: readonly EdgeState[]): PlaceholderEdge;
}

/** Indexes a graph by the names of its nodes. */
export function indexEdges(graph: Graph): EdgeIndex {
  const nodes = new Map(graph.nodes.map((node) => [node.key, node]));
  const byName = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) for (const name of namesOf(node)) addTo(byName, name, node);
  const byNames = new Map<string, { edge: GraphEdge; source: GraphNode; target: GraphNode }[]>();
  for (const edge of graph.edges) {
    const [source, target] = [nodes.get(edge.source), nodes.get(edge.target)];
    if (!source || !target) continue;
    for (const from of namesOf(source)) {
      for (const to of namesOf(target)) addTo(byNames, JSON.stringify([from, to]), { edge, source, target });
    }
  }
  return {
    find: ({ source: from, target: to, port, transport, sourceSite, targetSite }) =>
      (byNames.get(JSON.stringify([from, to])) ?? [])
        .filter(
          ({ edge, source, target }) =>
            matches(port, edge.port) &&
            matches(transport, edge.transport) &&
            matches(sourceSite, source.site) &&
            matches(targetSite, target.site),
        )
        .map(({ edge }) => edge),
    placeholder(wanted, states) {
      const nodeFor = (name: string, site: string): GraphNode => {
        const [only, ...others] = (byName.get(name) ?? []).filter((node) => matches(site, node.site));
        if (!only) return placeholderNode(name, site);
        return others.length === 0 ? only : serviceNode(name, site, [only, ...others]);
      };
      const [source, target] = [
        nodeFor(wanted.source, wanted.sourceSite),
        nodeFor(wanted.target, wanted.targetSite),
      ];
      return {
        nodes: [source, target],
        edge: { ...placeholderEdge(source.key, target.key, wanted), states },
      };
    },
  };
}

const matches = (wanted: string, is: string): boolean => wanted === '' || is === '' || wanted === is;

function addTo<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

const NO_DETAILS = { addresses: [], processes: [], pids: [], candidates: [] };

const placeholderNode = (name: string, site: string): GraphNode => ({
  ...NO_DETAILS,
  key: JSON.stringify(['unseen', name, site]),
  kind: 'unobserved',
  title: name,
  service: name,
  host: '',
  site,
  members: [],
});

/** A service with several instances: rules name no instance, and none of them is chosen. */
const serviceNode = (name: string, site: string, instances: readonly GraphNode[]): GraphNode => ({
  ...placeholderNode(name, site),
  kind: 'service',
  host: commonText(instances.map((node) => node.host)),
  site: commonText(instances.map((node) => node.site)),
  members: instances.map(({ key }) => key),
});

const placeholderEdge = (source: string, target: string, { port, transport }: ServiceEdge): GraphEdge => ({
  key: JSON.stringify(['unseen', source, target, port, transport]),
  source,
  target,
  port,
  transport,
  directed: true,
  src: NO_DETAILS,
  dst: NO_DETAILS,
  seenBy: 'none',
  figures: {},
  atSource: undefined,
  atDestination: undefined,
  states: [],
  alerts: [],
  parts: [],
});

/** Replaces edges by those with the same key, and adds others with their nodes. */
export function withEdges(
  graph: Graph,
  changed: ReadonlyMap<string, GraphEdge>,
  added: readonly PlaceholderEdge[],
): Graph {
  const nodes = new Map(graph.nodes.map((node) => [node.key, node]));
  for (const node of added.flatMap((placeholder) => placeholder.nodes))
    if (!nodes.has(node.key)) nodes.set(node.key, node);
  const edges = new Map(graph.edges.map((edge) => [edge.key, changed.get(edge.key) ?? edge]));
  for (const { edge } of added) edges.set(edge.key, edge);
  const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
  return { nodes: [...nodes.values()].sort(byKey), edges: [...edges.values()].sort(byKey) };
}
