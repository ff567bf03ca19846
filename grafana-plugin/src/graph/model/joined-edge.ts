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
  readonly seenBy: 'source' | 'destination' | 'both';
  /** The figures as each endpoint observed them, if it reported and they belong to this edge alone. */
  readonly atSource: Figures | undefined;
  readonly atDestination: Figures | undefined;
}
