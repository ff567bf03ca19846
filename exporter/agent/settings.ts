import type { CaptureName } from './capture/capture.ts';
import type { Rule } from './identify/rules.ts';
import type { OtlpProtocol } from './metrics/otlp/sender.ts';
import type { Network } from './resolve/networks.ts';

/** The settings of everything that observes this host: the agent, and commands that need no agent. */
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
  /** Where to serve `/metrics`. Absent for nowhere. */
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  /** Absent if metrics are not pushed. */
  readonly otlp: OtlpSettings | undefined;
}

export interface OtlpSettings {
  readonly protocol: OtlpProtocol;
  /** Absent if the OpenTelemetry exporter reads it from its standard variables. */
  readonly endpoint: string | undefined;
  /** Milliseconds. */
  readonly interval: number;
}
