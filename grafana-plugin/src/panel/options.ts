import type { Way } from '../graph/focus/neighbours.ts';
import type { EdgeState } from '../graph/graph.ts';
import type { Point } from '../graph/layout/layout-graph.ts';
import type { Collection, Level } from '../graph/levels/levels.ts';

/** A part of the graph that is looked at alone. */
export interface Focus {
  /** Key of the node where it starts. */
  readonly node: string;
  /** Where the ways from there end; undefined: what is within some hops is shown. */
  readonly to?: string;
  readonly way: Way;
  readonly hops: number;
}

/** Options of the panel, as Grafana stores them in the dashboard. */
export interface PanelOptions {
  readonly edgeLabel: 'none' | 'port' | 'bytes' | 'connections';
  readonly nodeText: 'host' | 'process' | 'address';
  readonly level: Level;
  /** What nodes are framed by. */
  readonly frames: 'none' | Collection;
  readonly search: string;
  readonly focus: Focus | null;
  /** Leave out what carried nothing in the range. */
  readonly hideIdle: boolean;
  /** Leave out the nodes that nearly everything is linked with. */
  readonly muteHubs: boolean;
  /** Tell what is new, vanished or changed against the range before. */
  readonly compare: boolean;
  /** Corners of the nodes that the user has put somewhere, by their keys. */
  readonly saved: Readonly<Record<string, Point>>;
  /** Show only what has one of these states; none: all. */
  readonly states: readonly EdgeState[];
}

export const DEFAULT_OPTIONS: PanelOptions = {
  edgeLabel: 'bytes',
  nodeText: 'host',
  level: 'instance',
  frames: 'none',
  search: '',
  focus: null,
  hideIdle: false,
  muteHubs: false,
  compare: false,
  states: [],
  saved: {},
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
