import type { Reading } from '../capture/capture.ts';
import type { CgroupWorkloads } from './container/cgroup-workloads.ts';
import { createIdentifier, type Explanation } from './identify.ts';
import { listeningPorts } from './listening-ports.ts';
import type { Rule } from './rules.ts';

/** The name of a process, and how it got it. */
export type ExplainedName = Explanation & {
  /** The ports on which it listens. */
  readonly ports: readonly number[];
};

/** Names of the containers and pods of this host. */
type Workloads = Pick<CgroupWorkloads, 'of' | 'refresh'>;

/**
 * The names of these processes, ordered by service. Workers are represented by their leader; processes that have ended
 * are left out.
 */
export async function explainNames(
  procRoot: string,
  pids: readonly number[],
  listeners: Reading['listeners'],
  { rules, workloads }: { readonly rules: readonly Rule[]; readonly workloads?: Workloads },
): Promise<ExplainedName[]> {
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

function byName(one: ExplainedName, other: ExplainedName): number {
  if (one.service === other.service) return one.pid - other.pid;
  return one.service < other.service ? -1 : 1;
}

/** The processes that hold network or Unix sockets, as far as they can be inspected. */
export function socketPids({
  listeners,
  observations,
}: Pick<Reading, 'listeners' | 'observations'>): number[] {
  const pids = [...listeners, ...observations].flatMap((seen) => [
    seen.pid,
    'remotePid' in seen ? seen.remotePid : undefined,
  ]);
  return [...new Set(pids)].filter((pid) => pid !== undefined);
}
