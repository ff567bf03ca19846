import { displayText } from '@musubi/agent/text/display-text';
import { type Service, serviceKey } from '../joined/edge.ts';
import { countsText, pairText, placeText, rangeText, serviceText, timeText } from './edge-text.ts';
import type { Tree, TreeEdge } from './tree.ts';
import { type Direction, endsOf } from './walk.ts';

/** How many processes are told below an edge; the rest are counted. */
const PAIRS = 3;

/** A line of the tree; of an edge also where it leads and how much it was used. */
interface Line {
  readonly text: string;
  readonly place?: string;
  readonly figures?: string;
}

/**
 * The tree as text: what depends on each root, then what the root depends on, each service below the one that leads
 * to it. A service has its own below it once, where it is nearest; `(cycle)` is one of those above it, `(again)` one
 * told elsewhere.
 */
export function treeText(tree: Tree, asked: string): string {
  const { range, start, directions } = tree;
  const lines: Line[] = [];
  for (const root of start.roots) {
    for (const direction of directions) {
      const branches = branchesOf(root, direction, tree);
      const name = serviceText(root);
      if (direction === 'up')
        lines.push({
          text: branches.length > 0 ? `What depends on ${name}:` : `Nothing depends on ${name}.`,
        });
      else
        lines.push({
          text: branches.length > 0 ? `What ${name} depends on:` : `${name} depends on nothing.`,
        });
      lines.push(...branches, { text: '' });
    }
  }
  const of = start.what === 'service' ? '' : `${start.what} `;
  const head = `${of}${displayText(asked)}, ${rangeText(range)}\n`;
  const note =
    start.what === 'service'
      ? ''
      : `Connections are counted by service: those of its other hosts are among them.\n`;
  return `${head}\n${layOut(lines)}${note}`.replace(/\n\n$/, '\n');
}

function branchesOf(root: Service, direction: Direction, { edges }: Tree): Line[] {
  const below = new Map<string, TreeEdge[]>();
  const nearest = new Map<string, number>([[serviceKey(root), 0]]);
  for (const edge of edges) {
    const depth = edge.depth[direction];
    if (depth === undefined) continue;
    const { near } = endsOf(edge.edge, direction);
    const key = serviceKey(near);
    const own = below.get(key);
    if (own) own.push(edge);
    else below.set(key, [edge]);
  }
  // Roots differ: how far a service is from this one is found by following its own edges.
  for (let frontier = [serviceKey(root)], depth = 1; frontier.length > 0; depth++) {
    const next = new Set<string>();
    for (const key of frontier) {
      for (const { edge } of below.get(key) ?? []) {
        const far = serviceKey(endsOf(edge, direction).far);
        if (!nearest.has(far)) next.add(far);
      }
    }
    for (const key of next) nearest.set(key, depth);
    frontier = [...next];
  }

  const lines: Line[] = [];
  const told = new Set<string>();
  const deepest = Math.max(0, ...edges.map(({ depth }) => depth[direction] ?? 0));
  function tell(service: Service, path: readonly string[], indent: string): void {
    const own = [...(below.get(serviceKey(service)) ?? [])].sort((one, other) =>
      byFarEnd(one, other, direction),
    );
    own.forEach((branch, index) => {
      const { far } = endsOf(branch.edge, direction);
      const key = serviceKey(far);
      const isCycle = path.includes(key);
      const isHere = !told.has(key) && nearest.get(key) === path.length && path.length < deepest;
      const hasMore = below.has(key) && path.length < deepest;
      const isLast = index === own.length - 1;
      const mark = isCycle ? ' (cycle)' : hasMore && !isHere ? ' (again)' : '';
      const arrow = direction === 'down' ? '─▶' : '─◀';
      lines.push({
        text: `${indent} ${isLast ? '└' : '├'}${arrow} ${serviceText(far)}${mark}`,
        place: placeText(branch.edge),
        figures: `${countsText(branch.counts)}, last seen ${timeText(branch.lastSeen)}`,
      });
      const deeper = `${indent} ${isLast ? ' ' : '│'}  `;
      for (const text of pairTexts(branch)) lines.push({ text: `${deeper} · ${text}` });
      if (isCycle || !isHere) return;
      told.add(key);
      tell(far, [...path, key], deeper);
    });
  }
  tell(root, [serviceKey(root)], '');
  return lines;
}

function pairTexts({ pairs }: TreeEdge): string[] {
  const texts = [...new Set(pairs.map(pairText))];
  const more = texts.length - PAIRS;
  return [...texts.slice(0, PAIRS), ...(more > 0 ? [`and ${more} more: see --json`] : [])];
}

function byFarEnd(one: TreeEdge, other: TreeEdge, direction: Direction): number {
  const [a, b] = [endsOf(one.edge, direction).far, endsOf(other.edge, direction).far];
  return serviceText(a).localeCompare(serviceText(b)) || (one.edge.port ?? 0) - (other.edge.port ?? 0);
}

/** Places and figures stand one below the other. */
function layOut(lines: readonly Line[]): string {
  const edges = lines.filter(({ place }) => place !== undefined);
  const width = Math.max(0, ...edges.map(({ text }) => text.length));
  const placeWidth = Math.max(0, ...edges.map(({ place = '' }) => place.length));
  const rows = lines.map(({ text, place, figures }) =>
    place === undefined ? text : `${text.padEnd(width)}  ${place.padEnd(placeWidth)}  ${figures}`,
  );
  return rows.map((row) => `${row}\n`).join('');
}
