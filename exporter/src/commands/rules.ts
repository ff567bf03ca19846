import type { Pass } from '../capture/capture.ts';
import { createPollingCapture, type PollingOptions } from '../capture/polling/create-polling-capture.ts';
import { createProcfsTable } from '../capture/procfs/socket-table.ts';
import { HOST_OPTIONS, jsonOption } from '../config/agent-options.ts';
import { helpText } from '../config/help-text.ts';
import { type Environment, resolveOptions } from '../config/resolve-options.ts';
import { UsageError } from '../config/usage-error.ts';
import { parseBoolean } from '../config/values.ts';
import { createWorkloads } from '../identify/container/cgroup-workloads.ts';
import { isEmpty } from '../identify/running.ts';
import { createPlainLog } from '../log.ts';
import { listPids } from '../proc/pids.ts';
import { readProcess } from '../proc/process.ts';
import type { Command } from './command.ts';
import { readRules } from './rules-file.ts';
import { pidsOf, rulesRows } from './rules-rows.ts';
import { rulesText } from './rules-text.ts';

const SUMMARY = 'Shows which of your rules names which running process, and what names the others.';

const { capture: _, 'host-name': __, config, ...WHERE } = HOST_OPTIONS;

const OPTIONS = {
  all: { help: 'show processes without sockets, too', parse: parseBoolean },
  json: jsonOption,
  ...WHERE,
} as const;

const HELP = helpText('musubi rules test [OPTIONS]', SUMMARY, { ...OPTIONS, config });

export const rules: Command = {
  summary: SUMMARY,
  async run([verb, ...argv], io) {
    if (verb === '--help' || verb === '-h') {
      io.stdout(HELP);
      return 0;
    }
    if (verb !== 'test') throw new UsageError('what about the rules? There is: musubi rules test');
    const { path, others } = takeConfig(argv, io.env);
    const settings = await resolveOptions(OPTIONS, others, io.env);
    if (settings.help) {
      io.stdout(HELP);
      return 0;
    }
    const rules = path === undefined ? [] : await readRules(path);
    const procRoot = settings['proc-root'];
    const pass = await readSockets({ procRoot, netns: settings.netns });
    const workloads = createWorkloads({
      engine: settings['container-engine'],
      kubernetes: settings.kubernetes,
      env: io.env,
      log: createPlainLog(io.stderr),
    });
    const pids = settings.all ? listProgramPids(procRoot) : pidsOf(pass);
    const rows = await rulesRows(procRoot, pids, pass.listeners, { rules, workloads });
    io.stdout(settings.json ? `${JSON.stringify(rows, null, 2)}\n` : rulesText(rows, rules.length));
    return 0;
  },
};

/** Those of the kernel's own threads are left out, and of processes that have ended. */
function listProgramPids(procRoot: string): number[] {
  return listPids(procRoot).filter((pid) => {
    const files = readProcess(procRoot, pid);
    return files && !isEmpty(files);
  });
}

/** As text: it takes no privilege, and none of the agent's own capture. */
async function readSockets(where: PollingOptions): Promise<Pass> {
  const capture = createPollingCapture('procfs', createProcfsTable(where.procRoot), where);
  try {
    return await capture.read();
  } finally {
    capture.close();
  }
}

/**
 * The file of `--config` and the other arguments. Of the file only the rules matter here, and a mistake in
 * another setting of the agent's must not keep them from being tried.
 */
function takeConfig(argv: readonly string[], env: Environment) {
  const at = argv.findIndex((arg) => arg === '--config' || arg.startsWith('--config='));
  if (at === -1) return { path: env.MUSUBI_CONFIG || undefined, others: argv };
  const isApart = argv[at] === '--config';
  const path = isApart ? argv[at + 1] : argv[at]?.slice('--config='.length);
  if (!path) throw new UsageError("Option '--config <value>' argument missing");
  return { path, others: argv.toSpliced(at, isApart ? 2 : 1) };
}
