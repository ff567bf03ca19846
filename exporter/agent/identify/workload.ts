/** The container or pod in which a process runs, under the name that its operators use. */
export interface Workload {
  readonly kind: 'kubernetes' | 'container';
  readonly service: string;
  /** The name of the container itself, which the user's rules may match. */
  readonly container?: string;
}

/**
 * The workload of a process by the text of its `/proc/PID/cgroup`, as far as it is known by now: whoever asks
 * engines and servers does so between passes. The same object for as long as nothing about it has changed.
 */
export type WorkloadOf = (cgroup: string) => Workload | undefined;
