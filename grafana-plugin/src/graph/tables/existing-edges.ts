import { hasTraffic } from '../model/figures.ts';
import type { HalfEdge } from '../model/half-edge.ts';
import type { JoinedEdge } from '../model/joined-edge.ts';
import { toMergedEndpoint } from '../model/merged-endpoint.ts';
import type { HalfEdgeEntry } from './half-edge-list.ts';

/** What a query for existence, `lastSeen`, returned: the number of its rows. */
export interface ExistenceAnswer {
  readonly query: string;
  readonly failed: boolean;
  readonly halfEdges: number;
  readonly recorded: number;
}

/** The edges that exist according to the queries. */
export interface ExistingEdges {
  readonly halfEdges: readonly HalfEdge[];
  /** Whether the half-edges prove edges, or only add figures to recorded ones. */
  readonly halfEdgesProve: boolean;
  /** Edges whose half-edges recording rules have joined. */
  readonly joined: readonly JoinedEdge[];
  /** Queries for existence that failed or returned nothing, although other queries prove edges: others may be missing. */
  readonly unanswered: readonly string[];
}

/**
 * Decides which edges exist. Existence and traffic are separate: if the queries for existence answered, they alone
 * decide, since counters outlive their edges. If not, edges with traffic exist, and which others do is not known. Without
 * such queries, every row proves its edge.
 */
export function existingEdges(
  halfEdges: readonly HalfEdgeEntry[],
  recorded: readonly HalfEdgeEntry[],
  answers: readonly ExistenceAnswer[],
): ExistingEdges {
  const ofHalfEdges = answers.some((answer) => answer.halfEdges > 0);
  const answered = answers.length === 0 || answers.some((answer) => answer.halfEdges + answer.recorded > 0);
  const isKnown = answered && !answers.some(({ failed }) => failed);
  const proves = (entry: HalfEdgeEntry) =>
    answers.length === 0 || entry.seen || (!isKnown && hasTraffic(entry.halfEdge.figures));

  const joined = recorded.map((entry) => toJoinedEdge(entry, proves(entry)));
  const halfEdgesProve = ofHalfEdges || !joined.some((edge) => edge.proves);
  const kept = halfEdgesProve ? halfEdges.filter(proves) : halfEdges;
  const isContradicted = joined.some((edge) => edge.proves) || (halfEdgesProve && kept.length > 0);
  const silent = answers.filter((answer) => answer.failed || (!answered && isContradicted));
  return {
    halfEdges: kept.map(({ halfEdge }) => halfEdge),
    halfEdgesProve,
    joined,
    unanswered: silent.map(({ query }) => query),
  };
}

function toJoinedEdge({ halfEdge, observer }: HalfEdgeEntry, proves: boolean): JoinedEdge {
  const { direction, transport, port, src, dst, figures } = halfEdge;
  return {
    transport,
    port,
    directed: direction !== 'unknown',
    src: toMergedEndpoint(src),
    dst: toMergedEndpoint(dst),
    seenBy: observer,
    atSource: undefined,
    atDestination: undefined,
    recorded: figures,
    proves,
  };
}
