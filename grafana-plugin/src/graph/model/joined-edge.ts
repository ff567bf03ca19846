import type { Figures } from './half-edge.ts';
import type { MergedEndpoint } from './merged-endpoint.ts';

/** An edge with both endpoints named as well as the reports allow. */
export interface JoinedEdge {
  readonly transport: string;
  readonly port: string;
  /** Whether `src` is known to depend on `dst`; if not, `dst` is the endpoint that reported. */
  readonly directed: boolean;
  readonly src: MergedEndpoint;
  readonly dst: MergedEndpoint;
  /** Undefined if a recorded series does not contain it. */
  readonly seenBy: 'source' | 'destination' | 'both' | undefined;
  /** The figures as each endpoint observed them, if it reported and they belong to this edge alone. */
  readonly atSource: Figures | undefined;
  readonly atDestination: Figures | undefined;
  /** The figures of recorded series, in which each connection is counted once. */
  readonly recorded?: Figures;
  /** Whether it proves that the edge exists; otherwise it only adds figures to an edge that others prove. */
  readonly proves: boolean;
}
