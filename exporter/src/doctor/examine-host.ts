import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { type CaptureName, type Pass, skippedNamespaces } from '../capture/capture.ts';
import { chooseCapture } from '../capture/ladder.ts';
import { holdsCapability, parseEffectiveCapabilities } from './capabilities.ts';

/** One thing Musubi needs or can use, and how this host fares. */
export interface Check {
  readonly name: string;
  readonly state: 'good' | 'limited' | 'missing';
  readonly detail: string;
  /** What to do about it. */
  readonly remedy?: string;
}

interface Where {
  readonly capture: 'auto' | CaptureName;
  readonly procRoot: string;
  readonly netns: 'self' | 'all';
}

/** Looks at the host as the agent would, beyond the captures themselves. */
export async function examineHost(where: Where): Promise<Check[]> {
  return [
    {
      name: 'system',
      state: 'good',
      detail: `Linux ${release()}, Node.js ${process.version}, ${process.arch}`,
    },
    capabilities(where.procRoot),
    ...(await visibility(where)),
  ];
}

const USEFUL = [
  { bit: 'CAP_SYS_PTRACE', gives: 'names of other users’ processes' },
  { bit: 'CAP_DAC_READ_SEARCH', gives: 'names of other users’ processes' },
  { bit: 'CAP_SYS_ADMIN', gives: 'other network namespaces by sock_diag' },
] as const;

function capabilities(procRoot: string): Check {
  let status = '';
  try {
    status = readFileSync(`${procRoot}/self/status`, 'latin1');
  } catch {
    // Told below: no capability is seen.
  }
  const held = parseEffectiveCapabilities(status);
  const lacking = USEFUL.filter(({ bit }) => !holdsCapability(held, bit));
  if (lacking.length === 0)
    return { name: 'privileges', state: 'good', detail: USEFUL.map(({ bit }) => bit).join(', ') };
  return {
    name: 'privileges',
    state: 'limited',
    detail: lacking.map(({ bit, gives }) => `no ${bit} (${gives})`).join(', '),
    remedy: 'run as root, or grant these capabilities',
  };
}

/** What one real pass could and could not see. */
async function visibility(where: Where): Promise<Check[]> {
  let pass: Pass;
  try {
    pass = await look(where);
  } catch (error) {
    return [{ name: 'sockets', state: 'missing', detail: (error as Error).message }];
  }
  const connected = pass.observations.filter(({ open }) => open > 0);
  const unnamed = connected.filter(({ pid }) => pid === undefined);
  const skipped = skippedNamespaces(pass);
  return [
    {
      name: 'sockets',
      state: 'good',
      detail: `${pass.sockets} read: ${connected.length} connected, ${pass.listeners.length} listening`,
    },
    {
      name: 'processes',
      state: pass.hiddenProcesses > 0 ? 'limited' : 'good',
      detail:
        pass.hiddenProcesses > 0
          ? `${pass.hiddenProcesses} may not be looked into; ${unnamed.length} connections have no process`
          : `all may be looked into; ${unnamed.length} connections have no process`,
    },
    {
      name: 'network namespaces',
      state: skipped.length > 0 ? 'limited' : 'good',
      detail: `${pass.namespaces.length - skipped.length} of ${pass.namespaces.length} read${skipped[0] ? `: ${skipped[0].skipped}` : ''}`,
    },
  ];
}

async function look(where: Where): Promise<Pass> {
  const { capture } = await chooseCapture(where.capture, where);
  try {
    return await capture.read();
  } finally {
    capture.close();
  }
}
