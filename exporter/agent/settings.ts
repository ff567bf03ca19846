import type { CaptureName } from './capture/capture.ts';
import type { Rule } from './identify/rules.ts';
import type { OtlpProtocol } from './metrics/otlp/sender.ts';
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

export interface OtlpSettings {
  readonly protocol: OtlpProtocol;
  /** Absent if the OpenTelemetry exporter reads it from its standard environment variables. */
  readonly endpoint: string | undefined;
  /** Milliseconds. */
  readonly interval: number;
}
