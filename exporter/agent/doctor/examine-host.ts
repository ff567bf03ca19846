import { release } from 'node:os';
import { type Reading, skippedNamespaces } from '../capture/capture.ts';
import type { CaptureTrial } from '../capture/capture-candidate.ts';
import { foreignPids } from '../capture/ebpf/missing-requirements.ts';
import type { ConntrackReading } from '../conntrack/conntrack.ts';
import { loadLibc } from '../native/libc.ts';
import { readEffectiveCapabilities } from '../proc/capabilities.ts';
import { createDnsSocket } from '../resolve/dns/dns-socket.ts';
import { missingForDns } from '../resolve/dns/missing-requirement.ts';
import { captureLimits } from './capture-limits.ts';
import { isLocalhost, LOCALHOST } from './host-name.ts';

/** A feature, and to what extent this host supports it. */
export interface Check {
  readonly name: string;
  readonly state: 'good' | 'limited' | 'missing';
  readonly detail: string;
  /** How to lift the limit or provide what is missing. */
  readonly remedies?: readonly string[];
}

interface CheckOptions {
  readonly hostName: string;
  readonly procRoot: string;
  readonly netns: 'self' | 'all';
  readonly dns: 'responses' | 'off';
}

/**
 * What this host supports, given the trial of every capture, the first reading of the chosen capture, and a reading of
 * connection tracking.
 */
export function examineHost(
  trials: readonly CaptureTrial[],
  first: Reading | undefined,
  conntrack: ConntrackReading | 'skipped' | undefined,
  options: CheckOptions,
): Check[] {
  const held = readEffectiveCapabilities(options.procRoot);
  return [
    {
      name: 'system',
      state: 'good',
      detail: `Linux ${release()}, Node.js ${process.version}, ${process.arch}`,
    },
    hostNameCheck(options.hostName),
    ...pidNamespace(options),
    ...trials.map((trial) => captureCheck(trial, held, options)),
    ...(conntrack === 'skipped' ? [] : [natCheck(conntrack)]),
    ...(first ? visibility(first) : []),
    ...(options.dns === 'responses' ? [dnsCheck()] : []),
  ];
}

function captureCheck(trial: CaptureTrial, held: bigint, { netns }: CheckOptions): Check {
  const { provides, missing, remedies } = trial;
  const name = `capture ${trial.name}`;
  if (missing !== undefined)
    return { name, state: 'missing', detail: missing, ...(remedies && { remedies }) };
  const works = `works; reports ${provides}`;
  const limits = captureLimits(trial.name, held, netns);
  if (limits.length === 0) return { name, state: 'good', detail: works };
  return {
    name,
    state: 'limited',
    detail: `${works}; ${limits.map(({ what }) => what).join('; ')}`,
    remedies: limits.map(({ remedy }) => remedy),
  };
}

function hostNameCheck(hostName: string): Check {
  const name = 'host name';
  if (!isLocalhost(hostName)) return { name, state: 'good', detail: hostName };
  return { name, state: 'limited', detail: LOCALHOST.what, remedies: [LOCALHOST.remedy] };
}

/** Polling works in a pid namespace, but finds no process outside of it. */
function pidNamespace(options: CheckOptions): Check[] {
  const foreign = foreignPids(options);
  if (!foreign) return [];
  const detail = 'not the host’s: only processes in it are named';
  return [{ name: 'pid namespace', state: 'limited', detail, remedies: [foreign.remedy] }];
}

/** Whether address translation is followed; undefined where connection tracking could not be used at all. */
export function natCheck(conntrack: ConntrackReading | undefined): Check {
  const name = 'address translation';
  if (conntrack?.refused !== undefined)
    return {
      ...{ name, state: 'limited' },
      detail: `not followed in all network namespaces: ${conntrack.refused}`,
      remedies: ['grant CAP_NET_ADMIN, and CAP_SYS_ADMIN for other network namespaces; or run as root'],
    };
  if (!conntrack) return { name, state: 'limited', detail: 'not followed: no native code for this host' };
  const detail =
    conntrack.namespaces > 0
      ? `followed in ${conntrack.namespaces} network namespaces that track connections`
      : 'nothing to follow: no network namespace tracks connections';
  return { name, state: 'good', detail };
}

function dnsCheck(): Check {
  const name = 'DNS responses';
  try {
    createDnsSocket(loadLibc()).close();
    return { name, state: 'good', detail: 'can be read: remote endpoints get the names that were looked up' };
  } catch (error) {
    const { what, remedy } = missingForDns(error as Error);
    return { name, state: 'limited', detail: `cannot be read: ${what}`, remedies: [remedy] };
  }
}

/** What a reading of this host contains and lacks. */
function visibility(reading: Reading): Check[] {
  const { sockets, observations, listeners, namespaces, hiddenProcesses } = reading;
  const connected = observations.filter(({ open }) => open > 0);
  const unnamed = connected.filter(({ pid }) => pid === undefined);
  const skipped = skippedNamespaces(reading);
  const readable = hiddenProcesses > 0 ? `${hiddenProcesses} cannot be inspected` : 'all can be inspected';
  return [
    {
      name: 'sockets',
      state: 'good',
      detail: `${sockets} read: ${connected.length} connected, ${listeners.length} listening`,
    },
    {
      name: 'processes',
      state: hiddenProcesses > 0 ? 'limited' : 'good',
      detail: `${readable}; ${unnamed.length} connections have no process`,
    },
    {
      name: 'network namespaces',
      state: skipped.length > 0 ? 'limited' : 'good',
      detail: `${namespaces.length - skipped.length} of ${namespaces.length} read${skipped[0] ? `: ${skipped[0].skipped}` : ''}`,
    },
  ];
}
