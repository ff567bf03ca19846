import type { Point } from '../../geometry/rectangle.ts';
import { contains } from '../../geometry/rectangle.ts';
import type { Graph, GraphElement } from '../../model/graph.ts';
import { distanceToLine } from '../near/hit-test.ts';
import type { FarDisplay } from './far-display.ts';

/** Finds the tile at a point. */
export function hitTile({ tiles }: FarDisplay, point: Point): GraphElement | undefined {
  const tile = tiles.find((each) => contains(each, point));
  return tile && { type: 'group', key: tile.key };
}

/** Finds the nearest dot within reach of a point, or else the nearest line within reach. */
export function hitDot(far: FarDisplay, graph: Graph, point: Point, reach: number): GraphElement | undefined {
  const node = graph.nodes[nearestDot(far, point, reach) ?? -1];
  if (node) return { type: 'node', key: node.key };
  const edge = graph.edges[nearestLine(far, point, reach) ?? -1];
  return edge && { type: 'edge', key: edge.key };
}

function nearestDot({ dots }: FarDisplay, at: Point, reach: number): number | undefined {
  let nearest: number | undefined;
  let least = reach * reach;
  for (let i = 0; i < dots.length; i += 2) {
    const [dx, dy] = [(dots[i] ?? 0) - at.x, (dots[i + 1] ?? 0) - at.y];
    const distance = dx * dx + dy * dy;
    if (distance > least) continue;
    least = distance;
    nearest = i / 2;
  }
  return nearest;
}

function nearestLine({ lines }: FarDisplay, at: Point, reach: number): number | undefined {
  let nearest: number | undefined;
  let least = reach;
  for (const { points, edges } of lines) {
    edges.forEach((edge, i) => {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = points.subarray(4 * i, 4 * i + 4);
      if (at.x < Math.min(x1, x2) - reach || at.x > Math.max(x1, x2) + reach) return;
      if (at.y < Math.min(y1, y2) - reach || at.y > Math.max(y1, y2) + reach) return;
      const distance = distanceToLine({ x: x1, y: y1 }, { x: x2, y: y2 }, at);
      if (distance > least) return;
      least = distance;
      nearest = edge;
    });
  }
  return nearest;
}
