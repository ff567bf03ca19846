import type { Endpoint, HalfEdge } from '../half-edge.ts';
import { MANY_PIDS } from '../metrics/edge-attributes.ts';
import type { NoteFold } from '../metrics/folds.ts';
import { type Admission, createAdmission } from './admission.ts';

/** Processes of one service and name on one side of their dependencies. */
interface Group {
  readonly pids: Admission<number>;
  /** When there last were too many, if ever; in ms by the even clock. */
  overflowed: number | undefined;
}

/** Process names of a service told apart; more of them share one group, and so its places. */
const MAX_PROCESSES = 16;

type Groups = Map<string | undefined, Map<string | undefined, Group>>;

/**
 * Tells the first `limit` pids of each service and process name, as source and as destination, and those that come
 * after them as many. Once there were too many, no pid is told anew until that has not happened for `keepFor` ms:
 * a job with a new pid each second would take every place that becomes free, and make new series for ever.
 */
export function createLimitPids(limit: number, keepFor: number) {
  const sides = { src: new Map() as Groups, dst: new Map() as Groups };

  const isSettled = ({ overflowed }: Group, now: number) =>
    overflowed !== undefined && now - overflowed <= keepFor;

  function limited(end: Endpoint, groups: Groups, now: number): Endpoint {
    if (end.pid === undefined) return end;
    const group = groupOf(groups, end, limit);
    if (group.pids.admit(end.pid, now, !isSettled(group, now))) return end;
    group.overflowed = now;
    return { ...end, pid: MANY_PIDS };
  }

  function forget(now: number): void {
    for (const groups of Object.values(sides)) {
      for (const [service, ofService] of groups) {
        for (const [process, group] of ofService) {
          group.pids.forget(now - keepFor);
          if (group.pids.size === 0 && !isSettled(group, now)) ofService.delete(process);
        }
        if (ofService.size === 0) groups.delete(service);
      }
    }
  }

  return (halfEdges: readonly HalfEdge[], now: number, note: NoteFold): readonly HalfEdge[] => {
    forget(now);
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
    group = { pids: createAdmission(limit), overflowed: undefined };
    ofService.set(name, group);
  }
  return group;
}
