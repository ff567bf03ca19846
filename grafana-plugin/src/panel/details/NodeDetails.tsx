import { t } from '@grafana/i18n';
import { legible } from '../../graph/display/text/legible.ts';
import { shortName } from '../../graph/display/text/shorten.ts';
import type { Graph, GraphNode } from '../../graph/model/graph.ts';
import { portOf, titleAtHost, titleOf } from '../texts/node-texts.ts';

const kinds = (): Record<GraphNode['kind'], string> => ({
  service: '',
  unknown: t('kind.unknown', 'A process that its exporter could not name.'),
  external: t('kind.external', 'No exporter reports this peer.'),
  unobserved: t(
    'kind.unobserved',
    'Only expectations or alerts name this service: it was not observed in the range.',
  ),
  host: t('kind.host', 'All services on this host.'),
  site: t('kind.site', 'All hosts of this site.'),
});

const LISTED = 8;
/** More for the members of a group, which are listed nowhere else. */
const LISTED_INSIDE = 100;

/** The identity of a node, its dependencies and its dependents. */
export function NodeDetails({ node, graph }: { readonly node: GraphNode; readonly graph: Graph }) {
  const kind = kinds()[node.kind];
  const titles = new Map(graph.nodes.map(({ key, title }) => [key, shortName(title)]));
  const peers = (own: 'source' | 'target', other: 'source' | 'target', directed = true) =>
    graph.edges
      .filter((edge) => edge[own] === node.key && edge.directed === directed)
      .map((edge) => `${titles.get(edge[other])} ${portOf(edge)}`);
  const rows: [name: string, values: readonly string[], most?: number][] = [
    [t('endpoint.host', 'Host'), node.host ? [legible(node.host)] : []],
    [t('endpoint.process', 'Process'), node.processes.map(legible)],
    [t('endpoint.pid', 'PID'), node.pids.map(legible)],
    [t('endpoint.address', 'Address'), node.addresses.map(legible)],
    [t('node.may-be', 'May be'), node.candidates.map(legible)],
    [t('node.contains', 'Contains'), (node.collapsed ?? []).map(titleAtHost), LISTED_INSIDE],
    [t('node.depends-on', 'Depends on'), peers('source', 'target')],
    [t('node.used-by', 'Used by'), peers('target', 'source')],
    [
      t('node.undirected', 'Exchanges traffic with'),
      [...new Set([...peers('source', 'target', false), ...peers('target', 'source', false)])],
    ],
  ];
  return (
    <>
      <h3>{titleOf(node)}</h3>
      <table>
        <tbody>
          {rows
            .filter(([, values]) => values.length > 0)
            .map(([name, values, most]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>
                  {shorten(values, most).map((value) => (
                    <div key={value}>{value}</div>
                  ))}
                </td>
              </tr>
            ))}
        </tbody>
      </table>
      {kind && <p>{kind}</p>}
    </>
  );
}

const shorten = (values: readonly string[], most = LISTED) =>
  values.length > most + 1
    ? [...values.slice(0, most), t('node.more', 'and {{more}} more', { more: values.length - most })]
    : values;
