import { release } from 'node:os';
import { type Reading, skippedNamespaces } from '../capture/capture.ts';
import type { ProvenTrial } from '../capture/ladder.ts';
import type { Heard } from '../conntrack/conntrack.ts';
import { loadLibc } from '../native/libc.ts';
import { createListener } from '../resolve/dns/listener.ts';
import { readEffectiveCapabilities } from './capabilities.ts';
import { captureLimits } from './capture-limits.ts';
import type { Check } from './check.ts';
import { dnsObstacle } from './dns-obstacle.ts';
import { foreignPids } from './ebpf-obstacles.ts';
import { natCheck } from './nat.ts';

interface Where {
  readonly procRoot: string;
  readonly netns: 'self' | 'all';
  readonly dns: 'answers' | 'off';
}

/**
 * What this host offers, given how every capture fared, what the one that would be used has read, and what connection
 * tracking told.
 */
export function examineHost(
  trials: readonly ProvenTrial[],
  first: Reading | undefined,
  heard: Heard | 'not asked' | undefined,
  where: Where,
): Check[] {
  const held = readEffectiveCapabilities(where.procRoot);
  return [
    {
      name: 'system',
      state: 'good',
      detail: `Linux ${release()}, Node.js ${process.version}, ${process.arch}`,
    },
    ...pidNamespace(where),
    ...trials.map((trial) => captureCheck(trial, held, where)),
    ...(heard === 'not asked' ? [] : [natCheck(heard)]),
    ...(first ? visibility(first) : []),
    ...(where.dns === 'answers' ? [nameServers()] : []),
  ];
}

function captureCheck({ name, gives, missing, remedies }: ProvenTrial, held: bigint, where: Where): Check {
  const check = { name: `capture ${name}` };
  if (missing !== undefined)
    return { ...check, state: 'missing', detail: missing, ...(remedies && { remedies }) };
  const works = `works; gives ${gives}`;
  const limits = captureLimits(name, held, where.netns);
  if (limits.length === 0) return { ...check, state: 'good', detail: works };
  return {
    ...check,
    state: 'limited',
    detail: `${works}; ${limits.map(({ what }) => what).join('; ')}`,
    remedies: limits.map(({ remedy }) => remedy),
  };
}

/** Polling works in a pid namespace of its own, but finds no process outside of it. */
function pidNamespace(where: Where): Check[] {
  const foreign = foreignPids(where);
  if (!foreign) return [];
  const detail = 'of its own: only processes in it are named';
  return [{ name: 'pid namespace', state: 'limited', detail, remedies: [foreign.remedy] }];
}

/** Whether it can be heard what they answer. */
function nameServers(): Check {
  const name = 'name servers';
  try {
    createListener(loadLibc()).close();
    return { name, state: 'good', detail: 'can be heard: far ends go by the names that were asked for' };
  } catch (error) {
    const { what, remedy } = dnsObstacle(error as Error);
    return { name, state: 'limited', detail: `cannot be heard: ${what}`, remedies: [remedy] };
  }
}

/** What a real pass could and could not see. */
function visibility(pass: Reading): Check[] {
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
