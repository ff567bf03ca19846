import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { edgeKey, type ServiceEdge } from '../joined/edge.ts';
import { isAway } from './compare.ts';
import { compareEdges, type ExpectedEdge, edgeText, isAllowed } from './expectations.ts';
import { formatGap, formatRoughly, gapToAllow } from './gap.ts';
import { type ExpectationsFile, VERSION } from './parse-expectations.ts';

/** How a service edge was used over the range that is learnt from. */
export interface EdgeHistory {
  readonly edge: ServiceEdge;
  /** Days of the range with a use, of all its days. */
  readonly days: number;
  readonly ofDays: number;
  readonly connections: number;
  /** The longest time between two uses, in seconds; undefined where it was used but once. */
  readonly longestGap: number | undefined;
  /** Seconds from the last use to the end of the range. */
  readonly unused: number;
}

/** The file as learnt, and what has changed of it. */
export interface Learnt {
  readonly text: string;
  readonly added: readonly ServiceEdge[];
  /** Of these, what is unused for longer than its gap already, in seconds. */
  readonly away: readonly { readonly edge: ServiceEdge; readonly unused: number }[];
  /** In the file, and not seen in the range. */
  readonly gone: readonly ServiceEdge[];
  /** In the file, and unused for longer than it says may be. */
  readonly strained: readonly { readonly edge: ExpectedEdge; readonly longestGap: number }[];
}

const NEW_FILE = `# Which dependencies are expected. Made by \`musubi expect learn\`, to be read and edited: learning again keeps what
# stands here, adds what is new and marks what was not seen any more. To be rid of a line for good, allow it below.
#
# max_gap  how long the dependency may be unused before it counts as vanished; never: its absence is no news
# allow    dependencies that may be there or not; regular expressions that match the whole, or '*'
version: ${VERSION}
expect: []
allow: []
`;

/** A comment that learning makes, and takes away again. */
const GONE = ' gone: not seen in the last ';

/**
 * Merges what was seen with the file, if there is one. Entries and comments of people stay; new dependencies are added,
 * unless they are allowed; those that were not seen get a comment that says so. `range` is how the range is written.
 */
export function learnExpectations(
  histories: readonly EdgeHistory[],
  file: ExpectationsFile | undefined,
  range: string,
): Learnt {
  const document: Document = file?.document ?? parseDocument(NEW_FILE);
  const { expected = [], allowed = [] } = file ?? {};
  const seen = new Map(histories.map((history) => [edgeKey(history.edge), history]));
  const known = new Set(expected.map(edgeKey));
  const added = histories
    .filter(({ edge }) => !known.has(edgeKey(edge)) && !isAllowed(edge, allowed))
    .toSorted((one, other) => compareEdges(one.edge, other.edge));

  const list = listOf(document);
  const entries = expected.map((edge, at) => ({ edge, node: list.items[at] as YAMLMap }));
  for (const { edge, node } of entries) markGone(node, seen.has(edgeKey(edge)) ? undefined : range);
  const all = [
    ...entries,
    ...added.map((history) => ({ edge: history.edge, node: entryOf(document, history) })),
  ];
  list.items = all.toSorted((one, other) => compareEdges(one.edge, other.edge)).map(({ node }) => node);
  return {
    text: document.toString({ lineWidth: 0 }),
    added: added.map(({ edge }) => edge),
    away: added.filter(isAwayBy),
    gone: expected.filter((edge) => !seen.has(edgeKey(edge))),
    strained: expected.flatMap((edge) => {
      const { longestGap = 0 } = seen.get(edgeKey(edge)) ?? {};
      return longestGap > edge.maxGap ? { edge, longestGap } : [];
    }),
  };
}

/** The list `expect` of the file, made where it is missing or empty. */
function listOf(document: Document): YAMLSeq {
  const present = document.get('expect', true);
  if (isSeq(present) && present.items.length > 0) {
    // What stands above the first entry is read as said of the list.
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

const isAwayBy = (history: EdgeHistory) => isAway(history.unused, maxGapOf(history));

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
  if (!isMap(entry)) throw new TypeError(`${edgeText(edge)} makes no YAML mapping`);
  return entry;
}

function whyOf(history: EdgeHistory): string {
  const { days, ofDays, connections, longestGap, unused } = history;
  const seen = `seen on ${days} of ${ofDays} ${ofDays === 1 ? 'day' : 'days'}`;
  const count = `${connections.toLocaleString('en')} ${connections === 1 ? 'connection' : 'connections'}`;
  if (longestGap === undefined) return `${seen}, ${count}; used once, too little to tell a gap`;
  if (isAwayBy(history)) return `${seen}, ${count}; not in the last ${formatRoughly(unused)}`;
  return `${seen}, ${count}`;
}

/** Sets or takes away the comment that an entry was not seen, and leaves people's own. */
function markGone(entry: YAMLMap, range: string | undefined): void {
  const kept = (entry.commentBefore ?? '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(GONE));
  const lines = range === undefined ? kept : [...kept, `${GONE}${range}`];
  entry.commentBefore = lines.length > 0 ? lines.join('\n') : null;
}
