import type { TimeRange } from '../config/range-options.ts';
import type { ProcessEndpoint, ProcessPair, Service, ServiceEdge } from '../joined/edge.ts';
import type { Counts } from '../joined/read.ts';
import type { Tree } from './tree.ts';

/*
 * The output of `--json`: objects with the names of the metric catalogue, like those of `musubi snapshot --json`.
 * Times are unix seconds; unknown values are omitted.
 */

type Row = Record<string, unknown>;

export function treeRows({ range, roots, edges }: Tree): Row {
  return {
    ...rangeRow(range),
    roots: roots.services.map((root) => serviceRow(root)),
    edges: edges.map(({ edge, lastSeen, counts, pairs, depth }) => ({
      ...edgeRow(edge),
      ...(depth.up !== undefined && { 'depth.up': depth.up }),
      ...(depth.down !== undefined && { 'depth.down': depth.down }),
      'service.dependency.last_seen': lastSeen,
      ...countsRow(counts),
      processes: pairs.map(pairRow),
    })),
  };
}

export function rangeRow({ from, to, requestedTo }: TimeRange): Row {
  const text = (time: number) => new Date(time * 1000).toISOString();
  return {
    from: text(from),
    to: text(to),
    ...(requestedTo !== undefined && { requested_to: text(requestedTo) }),
  };
}

export function edgeRow({ src, dst, transport, port }: ServiceEdge): Row {
  return {
    'network.transport': transport,
    ...serviceRow(src, 'src.'),
    ...serviceRow(dst, 'dst.'),
    ...(port !== undefined && { 'dst.port': port }),
  };
}

export function countsRow({ open, opened, failed }: Counts): Row {
  const reasons = Object.entries(failed).map(([reason, count]) => [
    `service.dependency.connection.failed.${reason}`,
    count,
  ]);
  return {
    'service.dependency.active_connections': open,
    'service.dependency.connection.opened': opened,
    ...Object.fromEntries(reasons),
  };
}

function serviceRow({ name, site }: Service, end = ''): Row {
  return { [`${end}service`]: name, ...(site !== undefined && { [`${end}site`]: site }) };
}

function pairRow({ src, dst, observer, lastSeen }: ProcessPair): Row {
  return {
    ...endpointRow(src, 'src'),
    ...endpointRow(dst, 'dst'),
    observer,
    'service.dependency.last_seen': lastSeen,
  };
}

function endpointRow(end: ProcessEndpoint, prefix: 'src' | 'dst'): Row {
  const entries = Object.entries(end).map(([name, value]) => {
    const isNumber = name === 'pid' && /^\d+$/.test(value);
    return [`${prefix}.${name}`, isNumber ? Number(value) : value];
  });
  return Object.fromEntries(entries);
}
