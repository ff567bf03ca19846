import { disagreementsOf } from '../graph/compare/disagreements.ts';
import { legible } from '../graph/display/legible.ts';
import { mirrorFigures } from '../graph/figures.ts';
import type { EdgeEnd, Graph, GraphEdge, GraphNode } from '../graph/graph.ts';
import type { Figures } from '../graph/half-edge.ts';
import type { Formatters } from './formatters.ts';
import { pairOf, portOf } from './node-texts.ts';
import { stateText } from './state-looks.ts';

interface Props {
  readonly edge: GraphEdge;
  readonly graph: Graph;
  readonly format: Formatters;
}

const REPORTED: Record<GraphEdge['seenBy'], string> = {
  both: 'Reported by both ends.',
  source: 'Reported by the source only.',
  destination: 'Reported by the destination only.',
};

const UNDIRECTED = 'Both chose their ports: which of them depends on the other is not known.';

/** Both ends of an edge, and its figures as each of them saw them. */
export function EdgeDetails({ edge, graph, format }: Props) {
  const nodeOf = (key: string) => graph.nodes.find((node) => node.key === key);
  const [source, target] = [nodeOf(edge.source), nodeOf(edge.target)];
  if (!source || !target) return null;
  return (
    <>
      <h6>
        {pairOf(edge, source, target)} {portOf(edge)}
      </h6>
      <Remarkable edge={edge} />
      <Ends source={source} target={target} edge={edge} />
      <FiguresTable edge={edge} format={format} />
      <p>
        {disagreementsOf(edge).length > 0 && '⚠ The ends report different figures. '}
        {edge.directed ? REPORTED[edge.seenBy] : UNDIRECTED} <Candidates end={edge.src} />{' '}
        <Candidates end={edge.dst} />
      </p>
    </>
  );
}

function Ends({ source, target, edge }: { source: GraphNode; target: GraphNode; edge: GraphEdge }) {
  const rows: [string, string, string][] = [
    ['Service', source.service, target.service],
    ['Process', edge.src.processes.join(', '), edge.dst.processes.join(', ')],
    ['pid', edge.src.pids.join(', '), edge.dst.pids.join(', ')],
    ['Host', source.host, target.host],
    ['Address', edge.src.addresses.join(', '), edge.dst.addresses.join(', ')],
    [
      'Port',
      edge.directed && edge.port !== '' ? 'ephemeral' : '',
      [edge.port, edge.transport].filter(Boolean).join('/'),
    ],
  ];
  return (
    <table>
      <thead>
        <tr>
          <td />
          <th>{edge.directed ? 'Source (depends on)' : 'Other end'}</th>
          <th>{edge.directed ? 'Destination (listens)' : 'Reporting end (has the port)'}</th>
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

/** One column per end that reported; both speak of the same way: source to destination is "sent". */
function FiguresTable({ edge, format }: Omit<Props, 'graph'>) {
  const views: [string, Figures][] = [];
  if (edge.atSource) views.push(['Seen by source', edge.atSource]);
  if (edge.atDestination)
    views.push([
      edge.directed ? 'Seen by destination' : 'Seen by reporting end',
      mirrorFigures(edge.atDestination),
    ]);
  if (edge.before) views.push(['Range before', edge.before]);
  const differing = new Set(disagreementsOf(edge).map(({ figure }) => figure));
  const rows: [string, keyof Figures, (value: number) => string][] = [
    ['Connections opened', 'opened', format.count],
    ['Connections failed', 'failed', format.count],
    ['Open at the end', 'open', format.count],
    [edge.directed ? 'Source → destination' : 'From the other end', 'transmit', format.bytes],
    [edge.directed ? 'Destination → source' : 'To the other end', 'receive', format.bytes],
    ['Round trip', 'rtt', format.seconds],
    ['Last seen', 'lastSeen', format.time],
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
          .map(([name, figure, text]) => (
            <tr key={name}>
              <th scope="row">{differing.has(figure) ? `⚠ ${name}` : name}</th>
              {views.map(([view, { [figure]: value }]) => (
                <td key={view}>{value === undefined ? '–' : text(value)}</td>
              ))}
            </tr>
          ))}
      </tbody>
    </table>
  );
}

/** What is remarkable about an edge, and what fires for it. */
function Remarkable({ edge: { states, alerts } }: { edge: GraphEdge }) {
  const told = [
    stateText(states),
    ...alerts.map(({ name, state, severity }) => legible([name, state, severity].filter(Boolean).join(', '))),
  ].filter(Boolean);
  return told.length > 0 ? <p>{told.join(' · ')}</p> : null;
}

const Candidates = ({ end }: { end: EdgeEnd }) =>
  end.candidates.length > 0 ? (
    <>The unnamed end may be any of: {end.candidates.map(legible).join(', ')}.</>
  ) : null;
