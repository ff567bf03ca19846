import type { Workload } from '../workload.ts';
import type { Container } from './cgroup.ts';

/** Someone who knows names of containers: an engine, or Kubernetes. */
export interface NameSource {
  /** As the log calls it: `Docker at /var/run/docker.sock`. */
  readonly title: string;
  /** Whether it can be expected to know this container. */
  isFor(container: Container): boolean;
  /**
   * Asks for these and tells each by `tell` as soon as it is known; undefined where the source knows no such
   * container. Rejects with a reason for people when the source cannot be asked.
   */
  ask(
    containers: readonly Container[],
    tell: (container: Container, name: Workload | undefined) => void,
    signal: AbortSignal,
  ): Promise<void>;
}
