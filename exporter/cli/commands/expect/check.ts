import { displayText } from '@musubi/agent/text/display-text';
import { helpOption, jsonOption } from '../../config/agent-options.ts';
import { helpText } from '../../config/help-text.ts';
import { option } from '../../config/option.ts';
import { parseTime } from '../../config/parse-time.ts';
import { resolveOptions } from '../../config/resolve-options.ts';
import { UsageError } from '../../config/usage-error.ts';
import { parseText } from '../../config/values.ts';
import { compareWith } from '../../expect/compare.ts';
import { differenceRows, differenceText } from '../../expect/difference-text.ts';
import { edgeText } from '../../expect/expectations.ts';
import { readExpectations } from '../../expect/read-expectations.ts';
import { readState } from '../../expect/read-state.ts';
import { readClock } from '../../joined/settled.ts';
import { explainEmptyRange } from '../../look/explain.ts';
import { connect } from '../../prometheus/connect.ts';
import { PROMETHEUS_OPTIONS } from '../../prometheus/options.ts';
import type { Command } from '../command.ts';

const SUMMARY = 'Compares the dependencies with the expected ones; exits with code 1 if one is missing.';

const OPTIONS = {
  file: option({ value: 'FILE', help: 'file of expected dependencies', parse: parseText, operand: true }),
  at: option({
    value: 'TIME',
    help: 'point in time: 1h (ago), now-1h, 2026-11-23 10:00 (local time), RFC 3339 or unix seconds',
    parse: parseTime,
    default: 'now',
  }),
  json: jsonOption,
  ...PROMETHEUS_OPTIONS,
  help: helpOption,
};

export const check: Command = {
  summary: SUMMARY,
  async run(argv, io) {
    const settings = await resolveOptions(OPTIONS, argv, io.env);
    if (settings.help) {
      io.stdout(helpText('musubi expect check FILE [OPTIONS]', SUMMARY, OPTIONS));
      return 0;
    }
    if (settings.file === undefined) throw new UsageError('missing argument FILE');
    const expectations = await readExpectations(settings.file);
    const prometheus = await connect(settings, io);
    const { now, settled } = await readClock(prometheus);
    const requested = settings.at(now);
    if (requested > now)
      throw new UsageError(
        `invalid value for --at: ${new Date(requested * 1000).toISOString()} is in the future`,
      );
    const at = Math.min(requested, settled);
    const { seen, attempts, unnamed, silentHosts } = await readState(prometheus, expectations, at);
    const reason =
      seen.length + unnamed.length === 0 &&
      (await explainEmptyRange(prometheus, { from: at - 1, to: at }, now));
    if (reason) throw new Error(reason);
    const difference = compareWith(expectations, seen, attempts, at);
    if (settings.json)
      io.stdout(
        `${JSON.stringify(differenceRows(difference, at, { silent: silentHosts, unnamed }), null, 2)}\n`,
      );
    else io.stdout(differenceText(difference, expectations.expected.length));
    if (silentHosts.length > 0)
      io.stderr(
        `note: no exporter reports from ${silentHosts.map(displayText).join(', ')}: missing dependencies may be in use\n`,
      );
    for (const { edge, host } of unnamed)
      io.stderr(`note: not judged, because of an address of ${displayText(host)}: ${edgeText(edge)}\n`);
    return difference.missing.length > 0 ? 1 : 0;
  },
};
