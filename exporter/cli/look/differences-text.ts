import { comparePorts } from '@musubi/contract/port';
import type { TimeRange } from '../config/range-options.ts';
import { rangeText, timeText } from '../config/time-text.ts';
import type { Differences, UsedEdge } from './compare.ts';
import { countsText, failures, figure, portText, serviceText } from './edge-text.ts';
import { countsRow, edgeRow, rangeRow } from './rows.ts';

/** One line for each difference: `+` appeared, `-` vanished, `~` changed. */
export function differencesText(
  { appeared, vanished, changed }: Differences,
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
  const sum = `${appeared.length} appeared, ${vanished.length} vanished, ${changed.length} changed`;
  return `${rangeText(range)}\nagainst ${rangeText(against)}\n\n${lines.join('')}${lines.length > 0 ? '\n' : ''}${sum}.\n`;
}

/** `10 → 1,000 opened, 0 → 30 failed` */
function changeText({ counts: one }: UsedEdge, { counts: other }: UsedEdge): string {
  const opened = `${figure(one.opened)} → ${figure(other.opened)} opened`;
  const [before, after] = [failures(one), failures(other)];
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

/** What `--json` prints. */
export function differencesRows(
  { appeared, vanished, changed }: Differences,
  range: TimeRange,
  against: TimeRange,
): object {
  const usedRow = ({ edge, lastSeen, counts }: UsedEdge) => ({
    ...edgeRow(edge),
    'service.dependency.last_seen': lastSeen,
    ...countsRow(counts),
  });
  return {
    ...rangeRow(range),
    against: rangeRow(against),
    appeared: appeared.map(usedRow),
    vanished: vanished.map(usedRow),
    changed: changed.map(({ before, after }) => ({
      ...edgeRow(after.edge),
      before: countsRow(before.counts),
      after: countsRow(after.counts),
    })),
  };
}
