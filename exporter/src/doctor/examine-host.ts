import { release } from 'node:os';
import { type CaptureName, type Pass, skippedNamespaces } from '../capture/capture.ts';
import type { ProvenTrial } from '../capture/ladder.ts';
import { type Capability, holdsCapability, readEffectiveCapabilities } from './capabilities.ts';
import { foreignPids } from './ebpf-obstacles.ts';

/** One thing Musubi needs or can use, and how this host fares. */
export interface Check {
  readonly name: string;
  readonly state: 'good' | 'limited' | 'missing';
  readonly detail: string;
  /** What to do about it. */
  readonly remedies?: readonly string[];
}

interface Where {
  readonly procRoot: string;
  readonly netns: 'self' | 'all';
}

/** What this host offers, given how every capture fared and which of them would be used. */
export function examineHost(
  trials: readonly ProvenTrial[],
  wanted: CaptureName | undefined,
  where: Where,
): Check[] {
  const first = trials.find(({ name }) => name === wanted)?.first;
  const held = readEffectiveCapabilities(where.procRoot);
  return [
    {
      name: 'system',
      state: 'good',
      detail: `Linux ${release()}, Node.js ${process.version}, ${process.arch}`,
    },
    ...trials.map((trial) => captureCheck(trial, held, where)),
    names(held, where),
    ...(first ? visibility(first) : []),
  ];
}

function captureCheck(
  { name, gives, missing, remedies }: ProvenTrial,
  held: bigint,
  { netns }: Where,
): Check {
  const check = { name: `capture ${name}`, ...(remedies && { remedies }) };
  if (missing !== undefined) return { ...check, state: 'missing', detail: missing };
  if (name === 'sockdiag' && netns === 'all' && !holdsCapability(held, 'CAP_SYS_ADMIN')) {
    return {
      ...check,
      state: 'limited',
      detail: `works; gives ${gives}; no CAP_SYS_ADMIN: in the own network namespace only`,
      remedies: ['grant CAP_SYS_ADMIN, or use ebpf'],
    };
  }
  return { ...check, state: 'good', detail: `works; gives ${gives}` };
}

const NAMING: readonly Capability[] = ['CAP_SYS_PTRACE', 'CAP_DAC_READ_SEARCH'];

/** Either alone is of no use: /proc/PID/fd takes one to list and the other to read. */
function names(held: bigint, where: Where): Check {
  const foreign = foreignPids(where);
  if (foreign?.remedy) {
    const detail = 'a pid namespace of its own: of the processes in it only';
    return { name: 'names', state: 'limited', detail, remedies: [foreign.remedy] };
  }
  const lacking = NAMING.filter((capability) => !holdsCapability(held, capability));
  if (lacking.length === 0) return { name: 'names', state: 'good', detail: 'of every process' };
  return {
    name: 'names',
    state: 'limited',
    detail: `${lacking.map((capability) => `no ${capability}`).join(', ')}: of the processes of its own user only`,
    remedies: [`run as root, or grant ${NAMING.join(' and ')}`],
  };
}

/** What a real pass could and could not see. */
function visibility(pass: Pass): Check[] {
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
