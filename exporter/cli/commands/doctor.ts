import type { Reading } from '@musubi/agent/capture/capture';
import { tryCaptures } from '@musubi/agent/capture/choose-capture';
import type { ConntrackReading } from '@musubi/agent/conntrack/conntrack';
import { type Check, examineHost } from '@musubi/agent/doctor/examine-host';
import { followNat } from '@musubi/agent/follow-nat';
import { HOST_OPTIONS, jsonOption } from '../config/agent-options.ts';
import { helpText } from '../config/help-text.ts';
import { resolveOptions } from '../config/resolve-options.ts';
import { resourceOf } from '../config/resource.ts';
import type { Command } from './command.ts';

const SUMMARY = 'Checks what this host supports, which capture Musubi would use, and what is missing.';

const OPTIONS = { json: jsonOption, ...HOST_OPTIONS } as const;

const MARKS = { good: '✓', limited: '!', missing: '✗' } as const;

export const doctor: Command = {
  summary: SUMMARY,
  async run(argv, io) {
    const settings = await resolveOptions(OPTIONS, argv, io.env);
    if (settings.help) {
      io.stdout(helpText('musubi doctor [OPTIONS]', SUMMARY, OPTIONS));
      return 0;
    }
    const { 'host.name': hostName } = resourceOf(io.env, settings['host-name']);
    const where = { procRoot: settings['proc-root'], netns: settings.netns, dns: settings.dns, hostName };
    const trials = await tryCaptures(where);
    const usable = trials.filter(({ first }) => first).map(({ name }) => name);
    const wanted = settings.capture === 'auto' ? usable[0] : usable.find((name) => name === settings.capture);
    const first = trials.find(({ name }) => name === wanted)?.first;
    const checks = examineHost(trials, first, readNat(settings.nat, where.procRoot, first), where);
    if (settings.json) io.stdout(`${JSON.stringify({ capture: wanted ?? null, checks }, null, 2)}\n`);
    else io.stdout(reportText(checks, wanted));
    return wanted === undefined ? 1 : 0;
  },
};

/** The state of connection tracking; not checked if it is off or no capture works. */
function readNat(
  wanted: 'auto' | 'off',
  procRoot: string,
  pass: Reading | undefined,
): ConntrackReading | 'skipped' | undefined {
  if (wanted === 'off' || !pass) return 'skipped';
  const conntrack = followNat(wanted, procRoot);
  try {
    return conntrack?.read(pass.namespaces);
  } finally {
    conntrack?.close();
  }
}

function reportText(checks: readonly Check[], capture: string | undefined): string {
  const width = Math.max(...checks.map(({ name }) => name.length)) + 2;
  const lines = checks.flatMap(({ name, state, detail, remedies = [] }) => [
    `${MARKS[state]} ${name.padEnd(width)}${detail}`,
    ...remedies.map((remedy) => `  ${' '.repeat(width)}→ ${remedy}`),
  ]);
  const verdict = capture ? `Musubi would use: ${capture}` : 'Musubi cannot work here: no capture is usable.';
  return `${lines.join('\n')}\n\n${verdict}\n`;
}
