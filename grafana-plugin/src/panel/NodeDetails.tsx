import type { Graph, GraphEdge, GraphNode } from '../graph/graph.ts';
import { portOf } from './node-texts.ts';

const KIND: Record<GraphNode['kind'], string> = {
  service: '',
  unknown: 'A process that its exporter could not name',
  external: 'No exporter reports this peer',
};

const LISTED = 8;

/** Who a node is, what it depends on, and what depends on it. */
export function NodeDetails({ node, graph }: { readonly node: GraphNode; readonly graph: Graph }) {
  const titleOf = (key: string) => graph.nodes.find((each) => each.key === key)?.title ?? key;
  const rows: [string, readonly string[]][] = [
    ['Host', node.host ? [node.host] : []],
    ['Process', node.processes],
    ['pid', node.pids],
    ['Address', node.addresses],
    ['May be', node.candidates],
    ['Depends on', list(graph.edges, node.key, 'source', 'target', titleOf)],
    ['Used by', list(graph.edges, node.key, 'target', 'source', titleOf)],
  ];
  return (
    <>
      <h6>{node.title}</h6>
      <table>
        <tbody>
          {rows
            .filter(([, values]) => values.length > 0)
            .map(([name, values]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>
                  {shorten(values).map((value) => (
                    <div key={value}>{value}</div>
                  ))}
                </td>
              </tr>
            ))}
        </tbody>
      </table>
      {KIND[node.kind] && <p>{KIND[node.kind]}.</p>}
    </>
  );
}

function list(
  edges: readonly GraphEdge[],
  key: string,
  own: 'source' | 'target',
  other: 'source' | 'target',
  titleOf: (key: string) => string,
): string[] {
  return edges.filter((edge) => edge[own] === key).map((edge) => `${titleOf(edge[other])} ${portOf(edge)}`);
}

const shorten = (values: readonly string[]) =>
  values.length > LISTED + 1 ? [...values.slice(0, LISTED), `and ${values.length - LISTED} more`] : values;
