import { timeText } from '../config/time-text.ts';
import type { UnnamedEdge } from '../joined/bare-addresses.ts';
import { figure } from '../look/edge-text.ts';
import type { Difference } from './compare.ts';
import { edgeText, labelsOf } from './expectations.ts';
import { formatGap } from './gap.ts';

/** The difference as text: a heading for each kind that occurs, and a line for each dependency. */
export function differenceText({ missing, unexpected, failing }: Difference, expected: number): string {
  const lists = {
    missing: missing.map(({ edge, lastSeen }) => {
      const last = lastSeen === undefined ? 'not seen' : `last seen ${timeText(lastSeen)}`;
      return [edgeText(edge), `${last}, max_gap ${formatGap(edge.maxGap)}`];
    }),
    unexpected: unexpected.map(({ edge, lastSeen }) => [edgeText(edge), `seen ${timeText(lastSeen)}`]),
    failing: failing.map(({ edge, failed, opened }) => [
      edgeText(edge),
      `${figure(failed)} of ${figure(failed + opened)} connections within 5 minutes`,
    ]),
  };
  const parts = Object.entries(lists)
    .filter(([, rows]) => rows.length > 0)
    .map(([kind, rows]) => `${figure(rows.length)} ${kind}\n${table(rows)}`);
  const others = expected - missing.length;
  return [...parts, `${figure(others)} of ${figure(expected)} expected dependencies are present.\n`].join(
    '\n',
  );
}

function table(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([edge = '']) => edge.length));
  return rows.map(([edge = '', note]) => `  ${edge.padEnd(width)}  ${note}\n`).join('');
}

/** The difference for `--json`, with the names of the labels. Times are unix seconds, gaps seconds. */
export function differenceRows(
  { missing, unexpected, failing }: Difference,
  at: number,
  { silent, unnamed }: { silent: readonly string[]; unnamed: readonly UnnamedEdge[] },
) {
  return {
    at,
    missing: missing.map(({ edge, lastSeen }) => ({
      ...labelsOf(edge),
      max_gap_seconds: edge.maxGap,
      last_seen_seconds: lastSeen ?? null,
    })),
    unexpected: unexpected.map(({ edge, lastSeen }) => ({ ...labelsOf(edge), last_seen_seconds: lastSeen })),
    failing: failing.map(({ edge, failed, opened }) => ({ ...labelsOf(edge), failed, opened })),
    unnamed: unnamed.map(({ edge, host }) => ({ ...labelsOf(edge), host })),
    hosts_without_exporter: silent,
  };
}
