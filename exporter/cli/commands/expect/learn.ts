import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { displayText } from '@musubi/agent/text/display-text';
import { helpOption } from '../../config/agent-options.ts';
import { helpText } from '../../config/help-text.ts';
import { option } from '../../config/option.ts';
import { refuseFile } from '../../config/refuse-file.ts';
import { resolveOptions } from '../../config/resolve-options.ts';
import { parseSpan, parseText } from '../../config/values.ts';
import { edgeText } from '../../expect/expectations.ts';
import { formatGap, formatRoughly } from '../../expect/gap.ts';
import { type Learned, learnExpectations } from '../../expect/learn.ts';
import { readExpectations } from '../../expect/read-expectations.ts';
import { type Histories, readHistories } from '../../expect/read-histories.ts';
import { readHistory } from '../../joined/history.ts';
import { readClock } from '../../joined/settled.ts';
import { readSilence, type Silence, silenceText } from '../../joined/silence.ts';
import { explainEmptyRange } from '../../look/explain.ts';
import { connect } from '../../prometheus/connect.ts';
import { PROMETHEUS_OPTIONS } from '../../prometheus/options.ts';
import type { Command } from '../command.ts';

const SUMMARY = 'Writes a file of expected dependencies, learned from past ones, for review.';

const OPTIONS = {
  range: option({
    value: 'DURATION',
    help: 'history to learn from; a weekly job needs more than a week',
    parse: (text) => ({ text, seconds: parseSpan(text) / 1000 }),
    default: '14d',
  }),
  output: option({
    value: 'FILE',
    help: 'file to write; an existing one is merged (default: standard output)',
    parse: parseText,
  }),
  ...PROMETHEUS_OPTIONS,
  help: helpOption,
};

/** Seconds of history below which gaps cannot be learned. */
const SHORTEST = 3600;

export const learn: Command = {
  summary: SUMMARY,
  async run(argv, io) {
    const settings = await resolveOptions(OPTIONS, argv, io.env);
    if (settings.help) {
      io.stdout(helpText('musubi expect learn [OPTIONS]', `${SUMMARY}\n${ABOUT}`, OPTIONS));
      return 0;
    }
    const { output, range } = settings;
    const file = output !== undefined && existsSync(output) ? await readExpectations(output) : undefined;
    const prometheus = await connect(settings, io);
    const { now, settled } = await readClock(prometheus);
    const requested = { from: now - range.seconds, to: settled };
    const reason = await explainEmptyRange(prometheus, requested, now);
    if (reason !== undefined) throw new Error(reason);
    const history = await readHistory(prometheus, now);
    const from = Math.max(requested.from, history?.from ?? requested.from);
    if (settled - from < SHORTEST)
      throw new Error('less than one hour of history: gaps cannot be learned yet');

    const learnedFrom = { from, to: settled };
    const histories = await readHistories(prometheus, learnedFrom);
    const silence = await readSilence(prometheus, learnedFrom);
    const learned = learnExpectations(histories.named, file, range.text);
    if (output === undefined) io.stdout(learned.text);
    else await writeFile(output, learned.text).catch(refuseFile(`--output: cannot write ${output}`));
    io.stderr(summaryOf(learned, histories, silence));
    return 0;
  },
};

const ABOUT = `Manual changes are kept: entries, gaps and comments. New dependencies are added; those not seen are marked.
List a dependency under allow to keep it from being added again.`;

function summaryOf(
  { added, unused, notSeen, exceeded }: Learned,
  { unnamed, folded }: Histories,
  silence: Silence,
): string {
  const lines = [
    `${added.length} added, ${notSeen.length} not seen`,
    ...unused.map(
      ({ edge, unused }) => `  added, but not seen in the last ${formatRoughly(unused)}: ${edgeText(edge)}`,
    ),
    ...unnamed.map(({ edge, host }) => `  not added, an address of ${displayText(host)}: ${edgeText(edge)}`),
    ...folded.map((edge) => `  added under the name of its address: ${edgeText(edge)}`),
    ...(silence.size > 0 ? [`  no report for some time from ${silenceText(silence)}`] : []),
    ...notSeen.map((edge) => `  not seen: ${edgeText(edge)}`),
    ...exceeded.map(
      ({ edge, longestGap }) =>
        `  possibly unused for ${formatGap(Math.ceil(longestGap / 60) * 60)}, max_gap ${formatGap(edge.maxGap)}: ${edgeText(edge)}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
