import type { Reading } from '@musubi/agent/capture/capture';
import {
  createPollingCapture,
  type PollingOptions,
} from '@musubi/agent/capture/polling/create-polling-capture';
import { createProcfsTable } from '@musubi/agent/capture/procfs/socket-table';
import { createHiddenWarning } from '@musubi/agent/hidden-warning';
import { createWorkloads } from '@musubi/agent/identify/container/cgroup-workloads';
import { explainNames, socketPids } from '@musubi/agent/identify/explain-names';
import { isEmpty } from '@musubi/agent/identify/running-processes';
import { createPlainLog } from '@musubi/agent/log';
import { listPids } from '@musubi/agent/proc/pids';
import { readProcess } from '@musubi/agent/proc/process';
import { HOST_OPTIONS, jsonOption } from '../config/agent-options.ts';
import { helpText } from '../config/help-text.ts';
import { resolveOptions } from '../config/resolve-options.ts';
import { UsageError } from '../config/usage-error.ts';
import { parseBoolean } from '../config/values.ts';
import type { Command } from './command.ts';
import { rulesText } from './rules-text.ts';

const SUMMARY = 'Shows the service name of each running process and the rule or source it comes from.';

const OPTIONS = {
  all: { help: 'include processes without sockets', parse: parseBoolean },
  json: jsonOption,
  rules: HOST_OPTIONS.rules,
  netns: HOST_OPTIONS.netns,
  'container-engine': HOST_OPTIONS['container-engine'],
  kubernetes: HOST_OPTIONS.kubernetes,
  'proc-root': HOST_OPTIONS['proc-root'],
  config: HOST_OPTIONS.config,
  help: HOST_OPTIONS.help,
} as const;

export const rules: Command = {
  summary: SUMMARY,
  verbs: ['test'],
  async run([verb, ...argv], io) {
    const isHelp = verb === '--help' || verb === '-h';
    if (verb !== 'test' && !isHelp) {
      const problem =
        verb === undefined ? 'missing subcommand' : `unknown subcommand ${JSON.stringify(verb)}`;
      throw new UsageError(`${problem} (available: test)`);
    }
    const settings = await resolveOptions(OPTIONS, isHelp ? [verb] : argv, io.env);
    if (settings.help) {
      io.stdout(helpText('musubi rules test [OPTIONS]', SUMMARY, OPTIONS));
      return 0;
    }
    const { rules } = settings;
    const procRoot = settings['proc-root'];
    const pass = await readSockets({ procRoot, netns: settings.netns });
    const log = createPlainLog(io.stderr);
    createHiddenWarning(log)(pass);
    const workloads = createWorkloads({
      engine: settings['container-engine'],
      kubernetes: settings.kubernetes,
      env: io.env,
      log,
    });
    const pids = settings.all ? listProgramPids(procRoot) : socketPids(pass);
    const rows = await explainNames(procRoot, pids, pass.listeners, { rules, workloads });
    io.stdout(settings.json ? `${JSON.stringify(rows, null, 2)}\n` : rulesText(rows, rules.length));
    return 0;
  },
};

/** Without kernel threads and processes that have ended. */
function listProgramPids(procRoot: string): number[] {
  return listPids(procRoot).filter((pid) => {
    const files = readProcess(procRoot, pid);
    return files && !isEmpty(files);
  });
}

/** By procfs, which needs no privileges and does not disturb the agent's capture. */
async function readSockets(where: PollingOptions): Promise<Reading> {
  const capture = createPollingCapture('procfs', createProcfsTable(where.procRoot), where);
  try {
    return await capture.read();
  } finally {
    capture.close();
  }
}
