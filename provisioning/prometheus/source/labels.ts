import { EDGE_ATTRIBUTES } from '@musubi/contract/catalogue';
import { prometheusLabel } from '@musubi/contract/prometheus-name';
import type { Labels } from './promql.ts';

/** All labels of a half-edge. */
export const EDGE = EDGE_ATTRIBUTES.map(prometheusLabel);

/** The key of an edge's connections: both its half-edges have these. */
export const FLOW = ['network_transport', 'src_address', 'dst_address', 'dst_port'] as const;

/** The labels that both have once the destination's host is known. */
export const MATCH = [...FLOW, 'dst_host'] as const;

/** A lookup of a destination by address: outbound half-edges with the same values have the same destination. */
export const LOOKUP = [
  'network_transport',
  'src_host',
  'src_address',
  'src_site',
  'dst_address',
  'dst_port',
] as const;

/** The labels of a destination that a lookup adds, and those of a source. */
export const NAMES = ['dst_service', 'dst_process', 'dst_pid', 'dst_host', 'dst_site', 'dst_kind'] as const;
export const SOURCE_NAMES = NAMES.map((name) => name.replace(/^dst/, 'src'));

/** The labels of an edge between processes. */
const PROCESSES = EDGE.filter((label) => label !== 'direction');

export const withoutPids = (labels: Labels): Labels => labels.filter((label) => !label.endsWith('_pid'));

/** The labels of its counts: processes of one service and name are counted together. */
export const COUNTED = withoutPids(PROCESSES);
export const DESTINATION_NAMES = withoutPids(NAMES);
export const COUNTED_SOURCE_NAMES = withoutPids(SOURCE_NAMES);

const except = (labels: Labels, names: Labels) => labels.filter((label) => !names.includes(label));

/** The labels that a lookup of the destination does not replace, and one of the source. */
export const KEPT = except(PROCESSES, NAMES);
export const KEPT_INBOUND = except(PROCESSES, SOURCE_NAMES);

/** The labels of a service edge. */
export const SERVICE_EDGE = [
  'network_transport',
  'dst_port',
  'src_service',
  'src_site',
  'dst_service',
  'dst_site',
] as const;
