/** The container or pod of a process, with the name that its operators use. */
export interface Workload {
  readonly kind: 'kubernetes' | 'container';
  readonly service: string;
  /** The name of the container itself, which the user's rules can match. */
  readonly container?: string;
}

/**
 * The workload of a process, by the text of its `/proc/PID/cgroup`, as far as it is known by now: container engines and
 * servers are queried between cycles. Returns the same object until the workload changes.
 */
export type WorkloadOf = (cgroup: string) => Workload | undefined;
