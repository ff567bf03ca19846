import { comparePorts } from '@musubi/contract/port';
import type { TimeRange } from '../config/range-options.ts';
import { rangeText, timeText } from '../config/time-text.ts';
import { failures } from '../joined/failures.ts';
import type { Silence } from '../joined/silence.ts';
import type { UsedEdge } from './compare.ts';
import { countsText, figure, portText, serviceText } from './edge-text.ts';
import { countsRow, edgeRow, rangeRow } from './rows.ts';
import type { CertainDifferences, Evidence } from './uncertain.ts';

/** One line for each difference: `+` appeared, `-` vanished, `~` changed, `?` not known to be a difference. */
export function differencesText(
  { appeared, vanished, changed, uncertain }: CertainDifferences,
  range: TimeRange,
  against: TimeRange,
): string {
  const rows = [
    ...sorted(appeared).map(
      (used) => ['+', used, `${countsText(used.counts)}, last seen ${timeText(used.lastSeen)}`] as const,
    ),
    ...sorted(vanished).map(
      (used) => ['-', used, `${countsText(used.counts)}, last seen ${timeText(used.lastSeen)}`] as const,
    ),
    ...[...changed]
      .sort((one, other) => byName(one.after, other.after))
      .map(({ before, after }) => ['~', after, changeText(before, after)] as const),
    ...[...uncertain]
      .sort((one, other) => byName(one.used, other.used))
      .map(({ used, reason }) => ['?', used, `${reason}; last seen ${timeText(used.lastSeen)}`] as const),
  ];
  const cells = rows.map(([sign, { edge }, figures]) => ({
    ends: `${sign} ${serviceText(edge.src)} ─▶ ${serviceText(edge.dst)}`,
    place: portText(edge),
    figures,
  }));
  const [ends, places] = (['ends', 'place'] as const).map((column) =>
    Math.max(0, ...cells.map((row) => row[column].length)),
  );
  const lines = cells.map(
    (row) => `${row.ends.padEnd(ends ?? 0)}  ${row.place.padEnd(places ?? 0)}  ${row.figures}\n`,
  );
  const sum = [
    `${appeared.length} appeared`,
    `${vanished.length} vanished`,
    `${changed.length} changed`,
    ...(uncertain.length > 0 ? [`${uncertain.length} not known`] : []),
  ].join(', ');
  return `${rangeText(range)}\nagainst ${rangeText(against)}\n\n${lines.join('')}${lines.length > 0 ? '\n' : ''}${sum}.\n`;
}

/** `10 → 1,000 opened, 0 → 30 failed` */
function changeText({ counts: one }: UsedEdge, { counts: other }: UsedEdge): string {
  const opened = `${figure(one.opened)} → ${figure(other.opened)} opened`;
  const [before, after] = [failures(one.failed), failures(other.failed)];
  return before + after === 0 ? opened : `${opened}, ${figure(before)} → ${figure(after)} failed`;
}

function sorted(edges: readonly UsedEdge[]): UsedEdge[] {
  return [...edges].sort(byName);
}

function byName({ edge: one }: UsedEdge, { edge: other }: UsedEdge): number {
  return (
    serviceText(one.src).localeCompare(serviceText(other.src)) ||
    serviceText(one.dst).localeCompare(serviceText(other.dst)) ||
    comparePorts(one.port, other.port)
  );
}

/** What `--json` prints. `silence` is that of the previous and of the current range. */
export function differencesRows(
  { appeared, vanished, changed, uncertain }: CertainDifferences,
  range: TimeRange,
  against: TimeRange,
  silence: Evidence['silence'],
): object {
  const silent = (of: Silence) => [...of].map(([host, seconds]) => ({ host, seconds }));
  const usedRow = ({ edge, lastSeen, counts }: UsedEdge) => ({
    ...edgeRow(edge),
    'service.dependency.last_seen': lastSeen,
    ...countsRow(counts),
  });
  return {
    ...rangeRow(range),
    silent_hosts: silent(silence.after),
    against: { ...rangeRow(against), silent_hosts: silent(silence.before) },
    appeared: appeared.map(usedRow),
    vanished: vanished.map(usedRow),
    changed: changed.map(({ before, after }) => ({
      ...edgeRow(after.edge),
      before: countsRow(before.counts),
      after: countsRow(after.counts),
    })),
    uncertain: uncertain.map(({ used, reason }) => ({ ...usedRow(used), reason })),
  };
}
