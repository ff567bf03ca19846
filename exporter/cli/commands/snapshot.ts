import { setTimeout as sleep } from 'node:timers/promises';
import { chooseCapture } from '@musubi/agent/capture/choose-capture';
import { createHiddenWarning } from '@musubi/agent/hidden-warning';
import { createPlainLog } from '@musubi/agent/log';
import type { LedgerEntry } from '@musubi/agent/metrics/ledger';
import { openPipeline } from '@musubi/agent/open-pipeline';
import { HOST_OPTIONS, jsonOption } from '../config/agent-options.ts';
import { helpText } from '../config/help-text.ts';
import { hostSettings } from '../config/host-settings.ts';
import type { OptionValues } from '../config/option.ts';
import { resolveOptions } from '../config/resolve-options.ts';
import { resourceOf } from '../config/resource.ts';
import { parseDuration } from '../config/values.ts';
import type { Io } from '../io.ts';
import type { Command } from './command.ts';
import { graphText } from './graph-text.ts';
import { snapshotRows } from './snapshot-rows.ts';

const SUMMARY = "Shows this host's current dependencies; needs neither Prometheus nor the agent.";
/** Milliseconds between collection cycles. */
const STEP = 500;

const OPTIONS = {
  duration: { value: 'DURATION', help: 'observation time', parse: parseDuration, default: '5s' },
  json: jsonOption,
  ...HOST_OPTIONS,
} as const;

export const snapshot: Command = {
  summary: SUMMARY,
  async run(argv, io) {
    const settings = await resolveOptions(OPTIONS, argv, io.env);
    if (settings.help) {
      io.stdout(helpText('musubi snapshot [OPTIONS]', SUMMARY, OPTIONS));
      return 0;
    }
    const entries = await observe(settings, io);
    if (settings.json) io.stdout(`${JSON.stringify(snapshotRows(entries), null, 2)}\n`);
    else io.stdout(entries.length > 0 ? graphText(entries) : 'No connections observed.\n');
    return 0;
  },
};

async function observe(settings: OptionValues<typeof OPTIONS>, io: Io): Promise<readonly LedgerEntry[]> {
  const { 'host.name': name } = resourceOf(io.env, settings['host-name']);
  const host = () => name;
  const log = createPlainLog(io.stderr);
  const where = { procRoot: settings['proc-root'], netns: settings.netns };
  const { capture } = await chooseCapture(settings.capture, where, log);
  const limits = { host, edgeExpiration: Number.POSITIVE_INFINITY };
  const { pipeline, close } = openPipeline(capture, hostSettings(settings), limits, { env: io.env, log });
  const warnOfHidden = createHiddenWarning(log);
  const end = performance.now() + settings.duration;
  try {
    warnOfHidden(await pipeline.runCycle());
    for (let rest = settings.duration; rest > 0 && !io.stop.aborted; rest = end - performance.now()) {
      await sleep(Math.min(STEP, rest), undefined, { signal: io.stop }).catch(() => {});
      await pipeline.runCycle();
    }
    await pipeline.runCycle({ isLast: true });
    return pipeline.edges();
  } finally {
    close();
  }
}
