import type { Figures } from './half-edge.ts';
import type { MergedEndpoint } from './merged-endpoint.ts';

/** An edge with both ends named as well as the reports allow. */
export interface JoinedEdge {
  readonly transport: string;
  readonly port: string;
  /** Whether `src` is known to depend on `dst`; else `dst` is the end that reported. */
  readonly directed: boolean;
  readonly src: MergedEndpoint;
  readonly dst: MergedEndpoint;
  readonly seenBy: 'source' | 'destination' | 'both';
  /** The figures as each end saw them, where it reported and they are this edge's alone. */
  readonly atSource: Figures | undefined;
  readonly atDestination: Figures | undefined;
}
