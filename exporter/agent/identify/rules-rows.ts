import type { Reading } from '../capture/capture.ts';
import type { CgroupWorkloads } from './container/cgroup-workloads.ts';
import { createIdentifier, type Explanation } from './identify.ts';
import { listeningPorts } from './listening-ports.ts';
import type { Rule } from './rules.ts';

/** Which process is called what, and why. */
export type RulesRow = Explanation & {
  /** The ports on which it listens. */
  readonly ports: readonly number[];
};

/** The names of the containers and pods of this host. */
type Workloads = Pick<CgroupWorkloads, 'of' | 'refresh'>;

/**
 * One row for each of these processes, the leader's alone for those that are workers of another; ordered by name.
 * One that has ended meanwhile has none.
 */
export async function rulesRows(
  procRoot: string,
  pids: readonly number[],
  listeners: Reading['listeners'],
  { rules, workloads }: { readonly rules: readonly Rule[]; readonly workloads?: Workloads },
): Promise<RulesRow[]> {
  const identifier = createIdentifier(procRoot, { rules, ...(workloads && { workloadOf: workloads.of }) });
  identifier.beginCycle({ listeners });
  const explain = () => pids.flatMap((pid) => identifier.explain(pid) ?? []);
  const first = explain();
  const explanations = (await workloads?.refresh()) ? explain() : first;

  const byPid = new Map(explanations.map((explanation) => [explanation.pid, explanation]));
  const ports = listeningPorts(listeners);
  const rows = [...byPid.values()].map((explanation) => ({
    ...explanation,
    ports: ports.get(explanation.pid) ?? [],
  }));
  return rows.sort(byName);
}

function byName(one: RulesRow, other: RulesRow): number {
  if (one.service === other.service) return one.pid - other.pid;
  return one.service < other.service ? -1 : 1;
}

/** The processes that hold or use sockets of a network, as far as they may be looked into. */
export function pidsOf({ listeners, observations }: Pick<Reading, 'listeners' | 'observations'>): number[] {
  const pids = [...listeners, ...observations].flatMap((seen) => [
    seen.pid,
    'remotePid' in seen ? seen.remotePid : undefined,
  ]);
  return [...new Set(pids)].filter((pid) => pid !== undefined);
}
