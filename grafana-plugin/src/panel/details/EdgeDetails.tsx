import { t } from '@grafana/i18n';
import { disagreementsOf } from '../../graph/compare/disagreements.ts';
import { legible } from '../../graph/display/text/legible.ts';
import { mirrorFigures } from '../../graph/model/figures.ts';
import type { EndpointDetails, Graph, GraphEdge, GraphNode } from '../../graph/model/graph.ts';
import type { Figures } from '../../graph/model/half-edge.ts';
import { Figure } from '../texts/Figure.tsx';
import { nameOf } from '../texts/figure-names.ts';
import type { Formatters } from '../texts/formatters.ts';
import { pairOf, portOf } from '../texts/node-texts.ts';
import { alertStateText, stateText } from '../texts/state-looks.ts';

interface Props {
  readonly edge: GraphEdge;
  readonly graph: Graph;
  readonly format: Formatters;
}

/** Which endpoints reported an edge. */
function reported({ directed, seenBy }: GraphEdge): string {
  if (!directed)
    return t(
      'edge.undirected',
      'Both endpoints chose their own ports, so the direction of the dependency is unknown.',
    );
  if (seenBy === 'none') return t('edge.not-reported', 'Not reported in this time range.');
  if (seenBy === 'unknown')
    return t('edge.by-unknown', 'The recorded series does not contain which endpoint reported it.');
  if (seenBy === 'both') return t('edge.by-both', 'Reported by both endpoints.');
  return seenBy === 'source'
    ? t('edge.by-source', 'Reported by the source only.')
    : t('edge.by-destination', 'Reported by the destination only.');
}

/** Both endpoints of an edge, and its figures as reported by each. */
export function EdgeDetails({ edge, graph, format }: Props) {
  const nodeOf = (key: string) => graph.nodes.find((node) => node.key === key);
  const [source, target] = [nodeOf(edge.source), nodeOf(edge.target)];
  if (!source || !target) return null;
  return (
    <>
      <h3>
        {pairOf(edge, source, target)} {portOf(edge)}
      </h3>
      <States edge={edge} />
      <Endpoints source={source} target={target} edge={edge} />
      <FiguresTable edge={edge} format={format} />
      <p>
        {disagreementsOf(edge).length > 0 &&
          `⚠ ${t('edge.disagree', 'The endpoints report different values.')} `}
        {reported(edge)} <Candidates end={edge.src} /> <Candidates end={edge.dst} />
      </p>
    </>
  );
}

function Endpoints({ source, target, edge }: { source: GraphNode; target: GraphNode; edge: GraphEdge }) {
  const rows: [string, string, string][] = [
    [t('endpoint.service', 'Service'), source.service, target.service],
    [t('endpoint.process', 'Process'), edge.src.processes.join(', '), edge.dst.processes.join(', ')],
    [t('endpoint.pid', 'PID'), edge.src.pids.join(', '), edge.dst.pids.join(', ')],
    [t('endpoint.host', 'Host'), source.host, target.host],
    [t('endpoint.address', 'Address'), edge.src.addresses.join(', '), edge.dst.addresses.join(', ')],
    [
      t('endpoint.port', 'Port'),
      edge.directed && edge.port !== '' ? t('endpoint.ephemeral', 'ephemeral') : '',
      [edge.port, edge.transport].filter(Boolean).join('/'),
    ],
  ];
  return (
    <table>
      <thead>
        <tr>
          <td />
          <th>
            {edge.directed ? t('endpoint.source', 'Source (client)') : t('endpoint.other', 'Other endpoint')}
          </th>
          <th>
            {edge.directed
              ? t('endpoint.destination', 'Destination (server)')
              : t('endpoint.reporting', 'Reporting endpoint (has the port)')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, left, right]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{legible(left) || '–'}</td>
            <td>{legible(right) || '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A column per reporting endpoint, both from the source's view: source to destination is "sent". */
function FiguresTable({ edge, format }: Omit<Props, 'graph'>) {
  const views: [string, Figures][] = [];
  if (edge.atSource) views.push([t('figures.by-source', 'Seen by source'), edge.atSource]);
  if (edge.atDestination)
    views.push([
      edge.directed
        ? t('figures.by-destination', 'Seen by destination')
        : t('figures.by-reporting', 'Seen by reporting endpoint'),
      mirrorFigures(edge.atDestination),
    ]);
  if (edge.recorded) views.push([t('figures.recorded', 'Recorded'), edge.recorded]);
  if (edge.previous) views.push([t('figures.before', 'Compared range'), edge.previous]);
  const differing = new Set(disagreementsOf(edge).map(({ figure }) => figure));
  const rows: [string, keyof Figures][] = [
    [nameOf(format, 'opened'), 'opened'],
    [nameOf(format, 'failed'), 'failed'],
    [nameOf(format, 'open'), 'open'],
    [
      edge.directed
        ? t('figures.sent', 'Source → destination')
        : t('figures.from-other', 'From the other endpoint'),
      'transmit',
    ],
    [
      edge.directed
        ? t('figures.received', 'Destination → source')
        : t('figures.to-other', 'To the other endpoint'),
      'receive',
    ],
    [nameOf(format, 'rtt'), 'rtt'],
    [nameOf(format, 'lastSeen'), 'lastSeen'],
  ];
  return (
    <table className="figures">
      <thead>
        <tr>
          <td />
          {views.map(([name]) => (
            <th key={name}>{name}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows
          .filter(([, figure]) => views.some(([, figures]) => figures[figure] !== undefined))
          .map(([name, figure]) => (
            <tr key={name}>
              <th scope="row">{differing.has(figure) ? `⚠ ${name}` : name}</th>
              {views.map(([view, { [figure]: value }]) => (
                <td key={view}>
                  <Figure of={figure} value={value} format={format} />
                </td>
              ))}
            </tr>
          ))}
      </tbody>
    </table>
  );
}

/** The states and alerts of an edge. */
function States({ edge: { states, alerts } }: { edge: GraphEdge }) {
  const parts = [
    stateText(states),
    ...alerts.map(({ name, state, severity }) =>
      [legible(name), alertStateText(state), legible(severity)].filter(Boolean).join(', '),
    ),
  ].filter(Boolean);
  return parts.length > 0 ? <p>{parts.join(' · ')}</p> : null;
}

const Candidates = ({ end }: { end: EndpointDetails }) =>
  end.candidates.length > 0 ? (
    <>
      {t('edge.candidates', 'Candidates for the unnamed endpoint')}: {end.candidates.map(legible).join(', ')}
    </>
  ) : null;
