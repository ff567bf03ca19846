import type { CaptureName } from './capture/capture.ts';
import type { Rule } from './identify/rules.ts';
import type { Network } from './resolve/networks.ts';

/** The settings of all that observes this host: the agent, and commands that work without it. */
export interface HostSettings {
  readonly capture: 'auto' | CaptureName;
  readonly netns: 'all' | 'self';
  readonly site: string | undefined;
  readonly rules: readonly Rule[];
  readonly networks: readonly Network[] | undefined;
  readonly internet: 'fold' | 'keep';
  readonly dns: 'responses' | 'off';
  readonly reverseDns: 'on' | 'off';
  readonly nat: 'auto' | 'off';
  /** Path of the container engine's socket, or `none`; absent for the sockets of Docker and Podman. */
  readonly containerEngine: string | undefined;
  readonly kubernetes: 'auto' | 'kubelet' | 'none';
  readonly procRoot: string;
}

/** Durations are in ms. */
export interface AgentSettings extends HostSettings {
  readonly interval: number;
  readonly edgeExpiration: number;
  readonly maxServices: number;
  readonly maxEdges: number;
  /** Where to serve `/metrics`; absent if it is not served. */
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  /** Names of this host that clients use, besides its own. */
  readonly allowedHosts: readonly string[] | 'all';
  /** Absent if metrics are not pushed. */
  readonly otlp: OtlpSettings | undefined;
}

export type OtlpProtocol = 'grpc' | 'http/protobuf';

export interface OtlpSettings {
  readonly protocol: OtlpProtocol;
  /** A URL; for gRPC also `HOST:PORT`. */
  readonly endpoint: string;
  /** Milliseconds between pushes. */
  readonly interval: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'none' | 'gzip';
  /** Milliseconds for each request. */
  readonly timeout: number;
  /** Whether gRPC does not use TLS. */
  readonly isInsecure: boolean;
  /** Paths of PEM files. */
  readonly tls: {
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
  };
}
