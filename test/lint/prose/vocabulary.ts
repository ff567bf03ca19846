/**
 * The vocabulary of Musubi. `docs/glossary.md` is generated from this file, and `npm run lint:prose` reports each
 * match of a `not` pattern in documentation, comments, messages, test titles and names.
 *
 * A pattern is a regular expression without flags; it is matched as whole words, in any case.
 */

export interface Term {
  /** The words to use. */
  readonly use: string;
  /** What they mean. */
  readonly meaning: string;
  /** The words not to use for it, as shown in the glossary. */
  readonly instead?: string;
  /** Patterns of those words in prose. */
  readonly not?: readonly string[];
  /** Words that no identifier, file name or label may contain. */
  readonly names?: readonly string[];
  /** The folders (path prefixes) in which the words have this meaning; everywhere if absent. */
  readonly within?: readonly string[];
}

export const TERMS: readonly Term[] = [
  {
    use: 'client, server',
    meaning:
      'The process that connects, and the process that accepts. In labels, `src` is the client and `dst` is the server: the source **depends on** the destination.',
    instead: 'who asks, who is asked, the asker',
    not: ['who (?:asks?|listens?|answers?|serves?)', 'askers?'],
    names: ['asker', 'askers'],
  },
  {
    use: 'connects, accepts, listens, sends, receives',
    meaning: 'What sockets and processes do.',
    instead: 'asks, is asked, says, hears, talks',
    not: ['hears?|heard|hearing', 'talk(?:s|ed|ing)?'],
    names: [
      'ask',
      'asks',
      'asked',
      'asking',
      'hear',
      'hears',
      'heard',
      'hearing',
      'says',
      'said',
      'talk',
      'talks',
    ],
  },
  {
    use: 'connection attempt, established, failed, closed',
    meaning: 'The states of a connection.',
    instead: 'question, is over',
    not: ['(?:is|are|was|were) over(?=[.,;:)]|$)'],
  },
  { use: 'edge', meaning: 'One dependency: client service → server service, port, transport.' },
  {
    use: 'half-edge',
    meaning: 'An edge as one host reports it.',
    instead: 'half',
    not: ['(?:both|each|either|other|the|two) hal(?:f|ves)(?! (?:of|the|a|an|as|hour|minute|second)\\b)'],
  },
  {
    use: 'endpoint (local, remote)',
    meaning: 'One end of an edge or a connection. The local endpoint is on the host that reports it.',
    instead: 'end, far end, own end, party',
    not: [
      "(?:far|own|near|other|both|each|either|its|which|client|server|remote|local)(?:'s)? ends?",
      'parties|party',
    ],
    names: ['farend', 'ownend'],
  },
  {
    use: 'listener',
    meaning: 'A socket (or service) that listens on an address and port.',
    instead: 'who listens, listening (noun)',
    not: ['listenings'],
    names: ['listenings', 'whereabouts'],
  },
  {
    use: 'report, export, record, emit, show',
    meaning: 'What programs do with data.',
    instead: 'tell, told, say',
    not: ['tell(?:s|ing|ingly)?|told|untold'],
    names: ['tell', 'tells', 'told', 'telling', 'untold'],
  },
  {
    use: 'named by, identified as, attributed to',
    meaning: 'Giving a name to an endpoint.',
    instead: 'goes by, is called, whose it is',
    not: [
      '(?:go|goes|going|went) by (?:the |its |that |their )?names?',
      'what \\w+(?: \\w+)? (?:is|are) called',
    ],
  },
  {
    use: 'unnamed, unknown, unattributed',
    meaning: 'No name is known.',
    instead: "nobody's, nameless",
    not: ['nameless'],
    names: ['nameless'],
  },
  {
    use: 'collection cycle (cycle)',
    meaning: 'One run of the agent over the sockets of its host, every `--interval`. Its data is a reading.',
    instead: 'pass, look, walk',
    not: [
      '(?:a|an|the|each|every|this|last|next|first|second|third|one|previous|per|two|three|few|no|another|later) pass(?:es)?',
    ],
    within: ['exporter/', 'docs/', 'provisioning/'],
  },
  {
    use: 'socket scan',
    meaning: 'The run of the kernel iterator over all sockets, in a cycle.',
    instead: 'walk',
    not: ["(?:socket|iterator(?:'s)?) walks?", 'walks? (?:of|over) (?:all |the )?sockets'],
  },
  {
    use: 'aggregate, group, fold',
    meaning: 'Many records become one, and are counted.',
    instead: 'told as one with others',
    not: ['as one with'],
  },
  {
    use: 'limit, overflow bucket (`other`)',
    meaning: 'Bounds of cardinality.',
    instead: 'budget, room',
    not: ['budgets?', '(?:has|have|had|is|makes?|leaves?|no) room'],
    names: ['budget', 'budgets', 'room'],
  },
  {
    use: 'lifetime',
    meaning: "From the start time of a half-edge's counters to their removal.",
    instead: 'spell',
    not: ['spells?'],
    names: ['spell', 'spells'],
  },
  {
    use: 'stale, expired, removed',
    meaning: 'Out of use, and no longer exported.',
    instead: 'forgotten, over, gone',
    not: ['forgotten|forgets?|forgot|forgetting'],
  },
  {
    use: 'resolve',
    meaning: 'Find the name of an address.',
    instead: 'who it is',
    not: ['who (?:it|that|this) is'],
  },
  { use: 'translated (address)', meaning: 'Changed by NAT.' },
  {
    use: 'proxy, port forwarder',
    meaning: 'A process that forwards connections.',
    instead: 'relay (only as a key of rules)',
    not: ['relay(?:s|ed|ing)?'],
    names: ['relay', 'relays', 'relayed'],
  },
  {
    use: 'expected, allowed, unexpected, vanished, failing',
    meaning: 'The states of a dependency.',
    instead: 'missing, away, gone',
  },
  {
    use: 'previous range, current range',
    meaning: 'The two ranges that a comparison compares.',
    instead: 'other range',
    not: ['other range'],
  },
];

export interface Avoided {
  /** The words not to use, as shown in the glossary. */
  readonly words: string;
  readonly not: readonly string[];
  readonly names?: readonly string[];
  readonly write: string;
}

/** Words that have a plain equivalent wherever they occur. */
export const AVOIDED: readonly Avoided[] = [
  {
    words: 'ask, asked, asks',
    not: ['ask(?:s|ed|ing)?'],
    write: 'request, query, look up, connect to',
  },
  {
    words: 'nobody',
    not: ["nobody(?:'s)?"],
    names: ['nobody'],
    write: 'no user, no process, no client: name the subject',
  },
  { words: 'anew', not: ['anew'], names: ['anew'], write: 'again, restarted, refreshed' },
  { words: 'whom', not: ['whom'], write: 'name the subject' },
  {
    words: 'says, said (of a program, a file or the kernel)',
    not: ['says?|said|saying'],
    write: 'reports, states, prints, specifies, means',
  },
  { words: 'look into', not: ['look(?:s|ed|ing)? into'], write: 'inspect' },
  { words: 'is to be had', not: ['to be had'], write: 'is available' },
  { words: 'may not be', not: ['may not be'], write: 'cannot be, must not be, might not be' },
  {
    words: 'place (for an address, a socket, a file)',
    not: ['(?:a|an|the|its|their|that|same|one|each|every|other|another|which|own|two|no) places?(?! of)'],
    write: 'address, socket, location, position, slot',
  },
  { words: 'stands for', not: ['st(?:ands?|ood|anding) for'], write: 'represents, means' },
  { words: 'let alone', not: ['let alone'], write: 'and not, much less' },
  { words: 'gives up', not: ['g(?:ives?|ave|iving) up'], write: 'stops, fails, ends the attempt' },
  { words: 'meets, met', not: ['meets?|met'], write: 'finds, sees, reaches; satisfies' },
  {
    words: 'young, grow up',
    not: ['young(?:er|est)?', 'gr(?:ow|ew|own) up'],
    names: ['young'],
    write: 'new, recent, short-lived',
  },
  { words: 'past (for beyond)', not: ['past (?:the|its?|a|this|that|\\d)'], write: 'beyond, above, after' },
  { words: 'apart', not: ['apart(?! from)'], write: 'separate, distinct; distinguish' },
  {
    words: 'the one that',
    not: ['the ones? (?:that|who|which|whose)', 'that one'],
    write: 'name the thing again',
  },
  { words: 'its like', not: ['its likes?'], write: 'the same kind of' },
  { words: 'heed', not: ['heed(?:s|ed|ing)?'], names: ['heed', 'heeds'], write: 'handle, obey, apply' },
  { words: 'lest', not: ['lest'], write: 'so that … does not' },
  { words: 'for ever', not: ['for ever'], write: 'forever, indefinitely, without limit' },
  {
    words: 'is no duration',
    not: ['(?<!there )(?:is|are) no (?!longer|more|less|later|better|different|such|one|other)\\w+'],
    write: 'is not a duration; invalid duration',
  },
  {
    words: 'strangers, guests',
    not: ['strangers?', 'guests?'],
    names: ['stranger', 'strangers', 'guest', 'guests'],
    write: 'remote clients, other users, forwarded connections',
  },
  { words: 'rungs', not: ['rungs?'], names: ['rung', 'rungs'], write: 'capture candidates' },
  { words: 'fate', not: ['fates?'], names: ['fate', 'fates'], write: 'decision, outcome' },
];
