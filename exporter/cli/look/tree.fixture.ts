import type { ProcessPair, Service } from '../joined/edge.ts';
import type { Tree, TreeEdge } from './tree.ts';

/** An edge of a tree, as `web→api`; a site after `@`. */
export function treeEdge(
  text: string,
  more: Partial<TreeEdge> & { port?: number; transport?: string } = {},
): TreeEdge {
  const [src = '', dst = ''] = text.split('→');
  const { port = 80, transport = 'tcp', ...rest } = more;
  return {
    edge: { src: service(src), dst: service(dst), transport, ...(port > 0 && { port }) },
    lastSeen: Date.UTC(2026, 10, 23, 9, 59, 58) / 1000,
    counts: { open: 0, opened: 1, failed: {} },
    pairs: [],
    depth: { down: 1 },
    ...rest,
  };
}

function service(text: string): Service {
  const [name = '', site] = text.split('@');
  return { name, ...(site !== undefined && { site }) };
}

export function pair(src: ProcessPair['src'], dst: ProcessPair['dst']): ProcessPair {
  return { src, dst, observer: 'both', lastSeen: 1 };
}

/** A tree of one root, for the hour before 10:00 UTC. */
export function treeOf(root: string, edges: readonly TreeEdge[], more: Partial<Tree> = {}): Tree {
  const to = Date.UTC(2026, 10, 23, 10) / 1000;
  const roots = { kind: 'service', services: [service(root)] } as const;
  return { range: { from: to - 3600, to }, roots, directions: ['down'], edges, ...more };
}
