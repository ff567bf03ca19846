import type { ProcessEnd, ProcessPair, Service, ServiceEdge } from '../joined/edge.ts';
import type { Counts } from '../joined/read.ts';
import type { Tree } from './tree.ts';

/*
 * What `--json` prints: objects under the names of the metric catalogue, as `musubi snapshot --json` has them.
 * Times are unix seconds; what is not known is left out.
 */

type Row = Record<string, unknown>;

export function treeRows({ range, start, edges }: Tree): Row {
  return {
    ...rangeRow(range),
    roots: start.roots.map((root) => serviceRow(root)),
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

export function rangeRow({ from, to }: { from: number; to: number }): Row {
  return { from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString() };
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
  return { ...endRow(src, 'src'), ...endRow(dst, 'dst'), observer, 'service.dependency.last_seen': lastSeen };
}

function endRow(end: ProcessEnd, prefix: 'src' | 'dst'): Row {
  const entries = Object.entries(end).map(([name, value]) => {
    const isNumber = name === 'pid' && /^\d+$/.test(value);
    return [`${prefix}.${name}`, isNumber ? Number(value) : value];
  });
  return Object.fromEntries(entries);
}
