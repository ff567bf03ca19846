/** Where a word of the vocabulary's `not` lists is right. An entry that matches nothing any more is an error. */
export interface Allowed {
  /** The words with enough around them: the finding must lie within a match. */
  readonly phrase: RegExp;
  /** The file or folder (a path prefix) it is allowed in; everywhere if absent. */
  readonly file?: string;
  readonly reason: string;
}

export const ALLOWED: readonly Allowed[] = [
  { phrase: /relay/, file: 'exporter/agent/identify/', reason: "the key of users' rules" },
  { phrase: /\bmet\b/, file: 'docs/performance.md', reason: 'the verdict of a bar' },
  { phrase: /nobody/, file: 'test/fixtures/record-dns.ts', reason: 'a host name in recorded DNS messages' },
];
