import { displayText } from '@musubi/agent/text/display-text';
import { comparePorts } from '@musubi/contract/port';
import { rangeText, timeText } from '../config/time-text.ts';
import { type Service, serviceKey } from '../joined/edge.ts';
import { countsText, pairText, portText, serviceText } from './edge-text.ts';
import type { Tree, TreeEdge } from './tree.ts';
import { type Direction, endsOf } from './walk.ts';

/** Maximum number of processes listed below an edge. */
const PAIRS = 3;

/** A line of the tree; that of an edge also has port and figures. */
interface Line {
  readonly text: string;
  readonly port?: string;
  readonly figures?: string;
}

/**
 * The tree as text: the clients of each root, then its servers, each service below its predecessor. The
 * dependencies of a service are listed once, where it is nearest to the root; `(cycle)` marks a service that is among
 * its own ancestors, `(again)` one that is listed elsewhere.
 */
export function treeText(tree: Tree, searched: string): string {
  const { range, roots, directions } = tree;
  const lines: Line[] = [];
  for (const root of roots.services) {
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
  const of = roots.kind === 'service' ? '' : `${roots.kind} `;
  const head = `${of}${displayText(searched)}, ${rangeText(range)}\n`;
  const note =
    roots.kind === 'service' ? '' : `Connections are counted by service, including its other hosts.\n`;
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
    const siblings = below.get(key);
    if (siblings) siblings.push(edge);
    else below.set(key, [edge]);
  }
  // The distance depends on the root, so it is found by following this root's edges.
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
  const listed = new Set<string>();
  const deepest = Math.max(0, ...edges.map(({ depth }) => depth[direction] ?? 0));
  function addBranches(service: Service, path: readonly string[], indent: string): void {
    const branches = [...(below.get(serviceKey(service)) ?? [])].sort((one, other) =>
      byFarService(one, other, direction),
    );
    branches.forEach((branch, index) => {
      const { far } = endsOf(branch.edge, direction);
      const key = serviceKey(far);
      const isCycle = path.includes(key);
      const isHere = !listed.has(key) && nearest.get(key) === path.length && path.length < deepest;
      const hasMore = below.has(key) && path.length < deepest;
      const isLast = index === branches.length - 1;
      const mark = isCycle ? ' (cycle)' : hasMore && !isHere ? ' (again)' : '';
      const arrow = direction === 'down' ? '─▶' : '─◀';
      lines.push({
        text: `${indent} ${isLast ? '└' : '├'}${arrow} ${serviceText(far)}${mark}`,
        port: portText(branch.edge),
        figures: `${countsText(branch.counts)}, last seen ${timeText(branch.lastSeen)}`,
      });
      const deeper = `${indent} ${isLast ? ' ' : '│'}  `;
      for (const text of pairTexts(branch)) lines.push({ text: `${deeper} · ${text}` });
      if (isCycle || !isHere) return;
      listed.add(key);
      addBranches(far, [...path, key], deeper);
    });
  }
  addBranches(root, [serviceKey(root)], '');
  return lines;
}

function pairTexts({ pairs }: TreeEdge): string[] {
  const texts = [...new Set(pairs.map(pairText))];
  const more = texts.length - PAIRS;
  return [...texts.slice(0, PAIRS), ...(more > 0 ? [`and ${more} more: see --json`] : [])];
}

function byFarService(one: TreeEdge, other: TreeEdge, direction: Direction): number {
  const [a, b] = [endsOf(one.edge, direction).far, endsOf(other.edge, direction).far];
  return serviceText(a).localeCompare(serviceText(b)) || comparePorts(one.edge.port, other.edge.port);
}

/** Aligns ports and figures in columns. */
function layOut(lines: readonly Line[]): string {
  const edges = lines.filter(({ port }) => port !== undefined);
  const width = Math.max(0, ...edges.map(({ text }) => text.length));
  const portWidth = Math.max(0, ...edges.map(({ port = '' }) => port.length));
  const rows = lines.map(({ text, port, figures }) =>
    port === undefined ? text : `${text.padEnd(width)}  ${port.padEnd(portWidth)}  ${figures}`,
  );
  return rows.map((row) => `${row}\n`).join('');
}
