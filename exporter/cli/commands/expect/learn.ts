import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { helpOption } from '../../config/agent-options.ts';
import { helpText } from '../../config/help-text.ts';
import { option } from '../../config/option.ts';
import { refuseFile } from '../../config/refuse-file.ts';
import { resolveOptions } from '../../config/resolve-options.ts';
import { parseSpan, parseText } from '../../config/values.ts';
import { edgeText } from '../../expect/expectations.ts';
import { formatGap, formatRoughly } from '../../expect/gap.ts';
import { type Learnt, learnExpectations } from '../../expect/learn.ts';
import { readExpectations } from '../../expect/read-expectations.ts';
import { readHistories } from '../../expect/read-histories.ts';
import { readHistory } from '../../joined/history.ts';
import { explainEmptyRange } from '../../look/explain.ts';
import { connect } from '../../prometheus/connect.ts';
import { PROMETHEUS_OPTIONS } from '../../prometheus/options.ts';
import type { Command } from '../command.ts';

const SUMMARY =
  'Writes a file of the dependencies that are expected, from what was seen, for people to review.';

const OPTIONS = {
  range: option({
    value: 'DURATION',
    help: 'how long ago to begin; a week or more tells a weekly job from a daily one',
    parse: (text) => ({ text, seconds: parseSpan(text) / 1000 }),
    default: '14d',
  }),
  output: option({
    value: 'FILE',
    help: 'the file to write; one that is there is merged with (default: standard output)',
    parse: parseText,
  }),
  ...PROMETHEUS_OPTIONS,
  help: helpOption,
};

/** Less than that tells no gap from none. */
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
    const now = Date.now() / 1000;
    const wanted = { from: now - range.seconds, to: now };
    const reason = await explainEmptyRange(prometheus, wanted, now);
    if (reason !== undefined) throw new Error(reason);
    const history = await readHistory(prometheus, now);
    const from = Math.max(wanted.from, history?.from ?? wanted.from);
    if (now - from < SHORTEST)
      throw new Error('dependencies are known for less than an hour: nothing can be learnt of gaps yet');

    const learnt = learnExpectations(await readHistories(prometheus, { from, to: now }), file, range.text);
    if (output === undefined) io.stdout(learnt.text);
    else await writeFile(output, learnt.text).catch(refuseFile(`--output: cannot write ${output}`));
    io.stderr(summaryOf(learnt));
    return 0;
  },
};

const ABOUT = `What people wrote in the file stays: entries, gaps, comments. New dependencies are added, those that were not
seen are marked. What should not come back is to be listed under allow.`;

function summaryOf({ added, away, gone, strained }: Learnt): string {
  const lines = [
    `${added.length} added, ${gone.length} not seen`,
    ...away.map(
      ({ edge, unused }) => `  added, and not seen in the last ${formatRoughly(unused)}: ${edgeText(edge)}`,
    ),
    ...gone.map((edge) => `  not seen: ${edgeText(edge)}`),
    ...strained.map(
      ({ edge, longestGap }) =>
        `  may have been unused for ${formatGap(Math.ceil(longestGap / 60) * 60)}, max_gap ${formatGap(edge.maxGap)}: ${edgeText(edge)}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
