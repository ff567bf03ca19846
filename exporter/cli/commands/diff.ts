import { helpOption, jsonOption } from '../config/agent-options.ts';
import { helpText } from '../config/help-text.ts';
import { option } from '../config/option.ts';
import { parseTime, type TimeOf } from '../config/parse-time.ts';
import { RANGE_OPTIONS, rangeOf, refuseAtAnyTime, type TimeRange } from '../config/range-options.ts';
import { resolveOptions } from '../config/resolve-options.ts';
import { timeText } from '../config/time-text.ts';
import { parseBoolean, parseSpan } from '../config/values.ts';
import { readHistory } from '../joined/history.ts';
import { readClock, settledRange } from '../joined/settled.ts';
import { silenceText } from '../joined/silence.ts';
import { readUsed } from '../look/compare.ts';
import { compareRanges } from '../look/compare-ranges.ts';
import { differencesRows, differencesText } from '../look/differences-text.ts';
import { explainEmptyRange } from '../look/explain.ts';
import type { Evidence } from '../look/uncertain.ts';
import { connect } from '../prometheus/connect.ts';
import { PROMETHEUS_OPTIONS } from '../prometheus/options.ts';
import type { Command } from './command.ts';

const SUMMARY = 'Shows which dependencies appeared, vanished or changed between two ranges of time.';

const OPTIONS = {
  ...RANGE_OPTIONS,
  against: option({
    value: 'DURATION|FROM/TO',
    help: 'previous range: this much earlier, or FROM/TO (default: the range of the same length before)',
    parse: parseAgainst,
  }),
  factor: option({
    value: 'NUMBER',
    help: 'report an edge as changed if it opened or failed this many times more or fewer connections',
    parse: parseFactor,
    default: '5',
  }),
  'exit-code': option({ help: 'exit with code 1 if there is a difference', parse: parseBoolean }),
  json: jsonOption,
  ...PROMETHEUS_OPTIONS,
  help: helpOption,
};

export const diff: Command = {
  summary: SUMMARY,
  async run(argv, io) {
    const settings = await resolveOptions(OPTIONS, argv, io.env);
    if (settings.help) {
      io.stdout(helpText('musubi diff [OPTIONS]', SUMMARY, OPTIONS));
      return 0;
    }
    const previousOf = (range: TimeRange, now: number) =>
      settings.against?.(range, now) ?? { from: range.from - (range.to - range.from), to: range.from };
    refuseAtAnyTime((now) => previousOf(rangeOf(settings, now), now));

    const prometheus = await connect(settings, io);
    const clock = await readClock(prometheus);
    const { now } = clock;
    const range = settledRange(rangeOf(settings, now), clock);
    const against = settledRange(previousOf(range, now), clock);

    const [current, before] = await Promise.all([readUsed(prometheus, range), readUsed(prometheus, against)]);
    for (const [used, searched] of [
      [current, range],
      [before, against],
    ] as const) {
      const reason = used.size === 0 ? await explainEmptyRange(prometheus, searched, now) : undefined;
      if (reason !== undefined) throw new Error(reason);
    }
    const history = await readHistory(prometheus, now);
    if (history && against.from < history.from)
      io.stderr(
        `note: no data before ${timeText(history.from)}: older dependencies are reported as appeared\n`,
      );

    const ratio = (range.to - range.from) / (against.to - against.from);
    const options = { factor: settings.factor, ratio, range, against };
    const { differences, silence, folded } = await compareRanges(prometheus, before, current, options);
    for (const note of notesOf(silence, folded)) io.stderr(`note: ${note}\n`);
    io.stdout(
      settings.json
        ? `${JSON.stringify(differencesRows(differences, range, against, silence), null, 2)}\n`
        : differencesText(differences, range, against),
    );
    const { appeared, vanished, changed } = differences;
    const isSame = appeared.length + vanished.length + changed.length === 0;
    return settings['exit-code'] && !isSame ? 1 : 0;
  },
};

function notesOf({ before, after }: Evidence['silence'], folded: readonly string[]): string[] {
  return [
    ...(after.size > 0 ? [`no report for some time from ${silenceText(after)}`] : []),
    ...(before.size > 0 ? [`no report for some time in the previous range from ${silenceText(before)}`] : []),
    ...(folded.length > 0
      ? [`recorded under an address, and shown under its name: ${folded.join(', ')}`]
      : []),
  ];
}

/** Gives the previous range. */
type PreviousRange = (range: TimeRange, now: number) => TimeRange;

function parseAgainst(text: string): PreviousRange {
  const parts = text.split('/');
  if (parts.length > 2) throw new Error('expected a range FROM/TO');
  const [from = '', to] = parts;
  if (to === undefined) {
    const span = parseSpan(text) / 1000;
    return (range) => ({ from: range.from - span, to: range.to - span });
  }
  const [start, end]: [TimeOf, TimeOf] = [parseTime(from), parseTime(to)];
  return (_, now) => rangeOf({ from: start, to: end }, now);
}

function parseFactor(text: string): number {
  const factor = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (!(factor > 1) || !Number.isFinite(factor)) throw new Error('expected a number above 1');
  return factor;
}
