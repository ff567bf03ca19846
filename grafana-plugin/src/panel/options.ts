/** Options of the panel, as Grafana stores them in the dashboard. */
export interface PanelOptions {
  readonly edgeLabel: 'none' | 'port' | 'bytes' | 'connections';
  readonly nodeText: 'host' | 'process' | 'address';
}

export const DEFAULT_OPTIONS: PanelOptions = { edgeLabel: 'bytes', nodeText: 'host' };

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
