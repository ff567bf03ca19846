import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { edgeKey, type ServiceEdge } from '../joined/edge.ts';
import { isVanished } from './compare.ts';
import { compareEdges, type ExpectedEdge, edgeText, isAllowed } from './expectations.ts';
import { formatGap, formatRoughly, gapToAllow } from './gap.ts';
import { type ExpectationsFile, VERSION } from './parse-expectations.ts';

/** The use of a service edge over the range to learn from. */
export interface EdgeHistory {
  readonly edge: ServiceEdge;
  /** Days with a use, and days of the range. */
  readonly days: number;
  readonly ofDays: number;
  readonly connections: number;
  /** The longest time between two uses, in seconds; undefined if it was used only once. */
  readonly longestGap: number | undefined;
  /** Seconds from the last use to the end of the range. */
  readonly unused: number;
}

/** The new content of the file and its changes. */
export interface Learned {
  readonly text: string;
  readonly added: readonly ServiceEdge[];
  /** Added edges that are already unused for longer than their gap; seconds. */
  readonly unused: readonly { readonly edge: ServiceEdge; readonly unused: number }[];
  /** In the file, but not seen in the range. */
  readonly notSeen: readonly ServiceEdge[];
  /** In the file, but unused for longer than their gap. */
  readonly exceeded: readonly { readonly edge: ExpectedEdge; readonly longestGap: number }[];
}

const NEW_FILE = `# Expected dependencies. Created by \`musubi expect learn\` for review and editing. Learning again keeps these entries,
# adds new ones and marks those that were not seen. To remove an entry for good, list it under allow.
#
# max_gap  time for which the dependency may be unused before it counts as vanished; never: no alert
# allow    dependencies that are neither required nor unexpected; anchored regular expressions, or '*'
version: ${VERSION}
expect: []
allow: []
`;

/** A comment that learning adds and removes. */
const NOT_SEEN = ' gone: not seen in the last ';

/**
 * Merges the seen dependencies into the file, if any. Manual entries and comments are kept; new dependencies are added
 * unless they are allowed; those not seen are marked by a comment. `range` is the range as the user wrote it.
 */
export function learnExpectations(
  histories: readonly EdgeHistory[],
  file: ExpectationsFile | undefined,
  range: string,
): Learned {
  const document: Document = file?.document ?? parseDocument(NEW_FILE);
  const { expected = [], allowed = [] } = file ?? {};
  const seen = new Map(histories.map((history) => [edgeKey(history.edge), history]));
  const known = new Set(expected.map(edgeKey));
  const added = histories
    .filter(({ edge }) => !known.has(edgeKey(edge)) && !isAllowed(edge, allowed))
    .toSorted((one, other) => compareEdges(one.edge, other.edge));

  const list = listOf(document);
  const entries = expected.map((edge, at) => ({ edge, node: list.items[at] as YAMLMap }));
  for (const { edge, node } of entries) markNotSeen(node, seen.has(edgeKey(edge)) ? undefined : range);
  const all = [
    ...entries,
    ...added.map((history) => ({ edge: history.edge, node: entryOf(document, history) })),
  ];
  list.items = all.toSorted((one, other) => compareEdges(one.edge, other.edge)).map(({ node }) => node);
  return {
    text: document.toString({ lineWidth: 0 }),
    added: added.map(({ edge }) => edge),
    unused: added.filter(isUnused),
    notSeen: expected.filter((edge) => !seen.has(edgeKey(edge))),
    exceeded: expected.flatMap((edge) => {
      const { longestGap = 0 } = seen.get(edgeKey(edge)) ?? {};
      return longestGap > edge.maxGap ? { edge, longestGap } : [];
    }),
  };
}

/** The list `expect` of the file; created if it is missing or empty. */
function listOf(document: Document): YAMLSeq {
  const present = document.get('expect', true);
  if (isSeq(present) && present.items.length > 0) {
    // The parser attaches a comment above the first entry to the list.
    const [first] = present.items;
    if (isMap(first) && present.commentBefore) {
      first.commentBefore = present.commentBefore;
      present.commentBefore = null;
    }
    return present;
  }
  const list = document.createNode([]) as YAMLSeq;
  document.set('expect', list);
  return list;
}

const maxGapOf = ({ longestGap }: EdgeHistory) =>
  longestGap === undefined ? Number.POSITIVE_INFINITY : gapToAllow(longestGap);

const isUnused = (history: EdgeHistory) => isVanished(history.unused, maxGapOf(history));

function entryOf(document: Document, history: EdgeHistory): YAMLMap {
  const { edge } = history;
  const entry = document.createNode({
    source: edge.src.name,
    ...(edge.src.site !== undefined && { source_site: edge.src.site }),
    destination: edge.dst.name,
    ...(edge.dst.site !== undefined && { destination_site: edge.dst.site }),
    ...(edge.port !== undefined && { port: edge.port }),
    transport: edge.transport,
    max_gap: formatGap(maxGapOf(history)),
    why: whyOf(history),
  });
  if (!isMap(entry)) throw new TypeError(`${edgeText(edge)} is not a YAML mapping`);
  return entry;
}

function whyOf(history: EdgeHistory): string {
  const { days, ofDays, connections, longestGap, unused } = history;
  const seen = `seen on ${days} of ${ofDays} ${ofDays === 1 ? 'day' : 'days'}`;
  const count = `${connections.toLocaleString('en')} ${connections === 1 ? 'connection' : 'connections'}`;
  if (longestGap === undefined) return `${seen}, ${count}; used once, so no gap is known`;
  if (isUnused(history)) return `${seen}, ${count}; not seen in the last ${formatRoughly(unused)}`;
  return `${seen}, ${count}`;
}

/** Sets or removes the comment that an entry was not seen; keeps manual comments. */
function markNotSeen(entry: YAMLMap, range: string | undefined): void {
  const kept = (entry.commentBefore ?? '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(NOT_SEEN));
  const lines = range === undefined ? kept : [...kept, `${NOT_SEEN}${range}`];
  entry.commentBefore = lines.length > 0 ? lines.join('\n') : null;
}
