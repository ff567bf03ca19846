import type { EdgeState, Graph, GraphEdge, GraphNode } from '../model/graph.ts';
import { type Column, canonicalName, rowCount, type Table, textAt } from '../tables/table.ts';

/** The labels by which rules know an edge: its ends by service name, else address, else host; '' is "not told". */
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

const endName = (cell: LabelReader, side: 'src' | 'dst'): string =>
  cell(`${side}_service`) || cell(`${side}_address`) || cell(`${side}_host`);

/** The edge that a row's labels name; undefined when they name none. */
export function serviceEdgeOf(cell: LabelReader): ServiceEdge | undefined {
  const [source, target] = [endName(cell, 'src'), endName(cell, 'dst')];
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

/** Every name that an end may go by in rules. */
const namesOf = ({ service, addresses, host }: GraphNode): readonly string[] =>
  service !== '' ? [service] : [...addresses, host].filter(Boolean);

/** What rules name and nobody has seen: an edge, and those of its ends that are not there. */
export interface PlaceholderEdge {
  readonly nodes: readonly GraphNode[];
  readonly edge: GraphEdge;
}

/** Finds what goes by given labels in a graph. Labels that are not told fit any. */
export interface EdgeIndex {
  find(wanted: ServiceEdge): readonly GraphEdge[];
  /** For an edge that is not found: between the nodes of those names, where they are. */
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
            fits(port, edge.port) &&
            fits(transport, edge.transport) &&
            fits(sourceSite, source.site) &&
            fits(targetSite, target.site),
        )
        .map(({ edge }) => edge),
    placeholder(wanted, states) {
      const nodeFor = (name: string, site: string): GraphNode => {
        const same = byName.get(name) ?? [];
        return same.find((node) => fits(site, node.site)) ?? same[0] ?? unseenNode(name, site);
      };
      const [source, target] = [
        nodeFor(wanted.source, wanted.sourceSite),
        nodeFor(wanted.target, wanted.targetSite),
      ];
      return { nodes: [source, target], edge: { ...unseenEdge(source.key, target.key, wanted), states } };
    },
  };
}

const fits = (wanted: string, is: string): boolean => wanted === '' || is === '' || wanted === is;

function addTo<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

const NOBODY = { addresses: [], processes: [], pids: [], candidates: [] };

const unseenNode = (name: string, site: string): GraphNode => ({
  ...NOBODY,
  key: JSON.stringify(['unseen', name, site]),
  kind: 'service',
  title: name,
  service: name,
  host: '',
  site,
  members: [],
});

const unseenEdge = (source: string, target: string, { port, transport }: ServiceEdge): GraphEdge => ({
  key: JSON.stringify(['unseen', source, target, port, transport]),
  source,
  target,
  port,
  transport,
  directed: true,
  src: NOBODY,
  dst: NOBODY,
  seenBy: 'nobody',
  figures: {},
  atSource: undefined,
  atDestination: undefined,
  states: [],
  alerts: [],
  parts: [],
});

/** A graph with some edges replaced by those of the same key, and others added with their nodes. */
export function withEdges(
  graph: Graph,
  changed: ReadonlyMap<string, GraphEdge>,
  added: readonly PlaceholderEdge[],
): Graph {
  const nodes = new Map(graph.nodes.map((node) => [node.key, node]));
  for (const node of added.flatMap((ghost) => ghost.nodes))
    if (!nodes.has(node.key)) nodes.set(node.key, node);
  const edges = new Map(graph.edges.map((edge) => [edge.key, changed.get(edge.key) ?? edge]));
  for (const { edge } of added) edges.set(edge.key, edge);
  const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
  return { nodes: [...nodes.values()].sort(byKey), edges: [...edges.values()].sort(byKey) };
}
