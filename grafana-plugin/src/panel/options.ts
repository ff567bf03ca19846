import type { Collection, Level } from '../graph/levels/levels.ts';

/** Options of the panel, as Grafana stores them in the dashboard. */
export interface PanelOptions {
  readonly edgeLabel: 'none' | 'port' | 'bytes' | 'connections';
  readonly nodeText: 'host' | 'process' | 'address';
  readonly level: Level;
  /** What nodes are framed by. */
  readonly frames: 'none' | Collection;
}

export const DEFAULT_OPTIONS: PanelOptions = {
  edgeLabel: 'bytes',
  nodeText: 'host',
  level: 'instance',
  frames: 'none',
};

export const EDGE_LABELS = [
  { value: 'bytes', label: 'Port and bytes' },
  { value: 'connections', label: 'Port and connections' },
  { value: 'port', label: 'Port' },
  { value: 'none', label: 'Nothing' },
] as const;

export const NODE_TEXTS = [
  { value: 'host', label: 'Host' },
  { value: 'process', label: 'Process and pid' },
  { value: 'address', label: 'Address' },
] as const;

export const LEVEL_CHOICES: { value: Level; label: string; description: string }[] = [
  { value: 'site', label: 'Site', description: 'All hosts of a site as one' },
  { value: 'host', label: 'Host', description: 'All services on a host as one' },
  { value: 'service', label: 'Service', description: 'A service on all of its hosts as one' },
  { value: 'instance', label: 'Instance', description: 'Each service on each host' },
  { value: 'process', label: 'Process', description: 'Each process of each service' },
];

export const FRAME_CHOICES: { value: PanelOptions['frames']; label: string }[] = [
  { value: 'none', label: 'No frames' },
  { value: 'site', label: 'Frame sites' },
  { value: 'host', label: 'Frame hosts' },
  { value: 'service', label: 'Frame services' },
];
