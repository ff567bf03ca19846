import type { Workload } from '../workload.ts';
import type { Container } from './cgroup.ts';

/** A source of container names: a container engine, or Kubernetes. */
export interface NameSource {
  /** For the log, such as `Docker at /var/run/docker.sock`. */
  readonly title: string;
  /** Whether it might know this container. */
  isFor(container: Container): boolean;
  /**
   * Looks up the names of these containers, and calls `onName` with each as soon as it is known, or with undefined if
   * the source does not know the container. Rejects with a readable reason if the source is not available.
   */
  lookUp(
    containers: readonly Container[],
    onName: (container: Container, name: Workload | undefined) => void,
    signal: AbortSignal,
  ): Promise<void>;
}
