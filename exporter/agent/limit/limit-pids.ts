import type { Endpoint, HalfEdge } from '../half-edge.ts';
import { MANY_PIDS } from '../metrics/edge-attributes.ts';
import type { NoteFold } from '../metrics/folds.ts';
import { type Admission, createAdmission } from './admission.ts';

/** The processes of one service and process name on one side of their edges. */
interface Group {
  readonly pids: Admission<number>;
  /** When the limit was last exceeded, if ever, in ms (monotonic). */
  exceeded: number | undefined;
}

/** The most process names per service with a group of their own; all others share one. */
const MAX_PROCESSES = 16;

type Groups = Map<string | undefined, Map<string | undefined, Group>>;

/**
 * Keeps the first `limit` pids of each service and process name, as source and as destination; all others become
 * `MANY_PIDS`. Once the limit is exceeded, no new pid is admitted until it has not been exceeded for `keepFor` ms: a job
 * with a new pid every second would otherwise create new series without limit.
 */
export function createLimitPids(limit: number, keepFor: number) {
  const sides = { src: new Map() as Groups, dst: new Map() as Groups };

  const isClosed = ({ exceeded }: Group, now: number) => exceeded !== undefined && now - exceeded <= keepFor;

  function limited(endpoint: Endpoint, groups: Groups, now: number): Endpoint {
    if (endpoint.pid === undefined) return endpoint;
    const group = groupOf(groups, endpoint, limit);
    if (group.pids.admit(endpoint.pid, now, !isClosed(group, now))) return endpoint;
    group.exceeded = now;
    return { ...endpoint, pid: MANY_PIDS };
  }

  function expire(now: number): void {
    for (const groups of Object.values(sides)) {
      for (const [service, ofService] of groups) {
        for (const [process, group] of ofService) {
          group.pids.removeUnused(now - keepFor);
          if (group.pids.size === 0 && !isClosed(group, now)) ofService.delete(process);
        }
        if (ofService.size === 0) groups.delete(service);
      }
    }
  }

  return (halfEdges: readonly HalfEdge[], now: number, note: NoteFold): readonly HalfEdge[] => {
    expire(now);
    return halfEdges.map((half) => {
      const src = limited(half.src, sides.src, now);
      const dst = limited(half.dst, sides.dst, now);
      if (src === half.src && dst === half.dst) return half;
      note('pid_limit', half.flow);
      return { flow: half.flow, src, dst };
    });
  };
}

function groupOf(groups: Groups, { service, process }: Endpoint, limit: number): Group {
  let ofService = groups.get(service);
  if (!ofService) {
    ofService = new Map();
    groups.set(service, ofService);
  }
  const name = ofService.has(process) || ofService.size < MAX_PROCESSES ? process : undefined;
  let group = ofService.get(name);
  if (!group) {
    group = { pids: createAdmission(limit), exceeded: undefined };
    ofService.set(name, group);
  }
  return group;
}
