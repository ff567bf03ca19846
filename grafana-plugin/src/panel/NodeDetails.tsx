import { legible } from '../graph/display/legible.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { portOf, titleOf } from './node-texts.ts';

const KIND: Record<GraphNode['kind'], string> = {
  service: '',
  unknown: 'A process that its exporter could not name',
  external: 'No exporter reports this peer',
  host: 'All services on this host',
  site: 'All hosts of this site',
};

const LISTED = 8;

/** Who a node is, what it depends on, and what depends on it. */
export function NodeDetails({ node, graph }: { readonly node: GraphNode; readonly graph: Graph }) {
  const titles = new Map(graph.nodes.map((each) => [each.key, titleOf(each)]));
  const peers = (own: 'source' | 'target', other: 'source' | 'target', directed = true) =>
    graph.edges
      .filter((edge) => edge[own] === node.key && edge.directed === directed)
      .map((edge) => `${titles.get(edge[other])} ${portOf(edge)}`);
  const rows: [string, readonly string[]][] = [
    ['Host', node.host ? [legible(node.host)] : []],
    ['Process', node.processes.map(legible)],
    ['pid', node.pids],
    ['Address', node.addresses.map(legible)],
    ['May be', node.candidates.map(legible)],
    ['Depends on', peers('source', 'target')],
    ['Used by', peers('target', 'source')],
    ['Talks with', [...new Set([...peers('source', 'target', false), ...peers('target', 'source', false)])]],
  ];
  return (
    <>
      <h6>{titleOf(node)}</h6>
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

const shorten = (values: readonly string[]) =>
  values.length > LISTED + 1 ? [...values.slice(0, LISTED), `and ${values.length - LISTED} more`] : values;
