import { findHubs, type Hub, hideIdle, mostPartners, muteNodes } from '../../graph/focus/declutter.ts';
import { focusOn } from '../../graph/focus/neighbours.ts';
import { pathsBetween } from '../../graph/focus/paths.ts';
import { withoutEdges } from '../../graph/focus/subgraph.ts';
import { collapse, groupFor } from '../../graph/levels/levels.ts';
import type { Graph, GraphNode } from '../../graph/model/graph.ts';
import type { Focus, PanelOptions } from './options.ts';

/** The options that select it. */
export type VisibilityOptions = Pick<
  PanelOptions,
  | 'hideIdle'
  | 'muteHubs'
  | 'hubPartners'
  | 'shownHubs'
  | 'hidden'
  | 'focus'
  | 'states'
  | 'frames'
  | 'collapsed'
>;

/** The part of a graph that the options select. */
export interface VisibleGraph {
  /** As drawn: collapsed groups are one node each. */
  readonly graph: Graph;
  /** The same with all groups expanded, including what a focus hides. */
  readonly open: Graph;
  /** Keys of the nodes and groups of this range that the user has hidden. */
  readonly hidden: readonly string[];
  /** The hidden hubs, by descending degree. */
  readonly hubs: readonly Hub[];
  /** Number of further hidden nodes, which are connected only to those. */
  readonly lonely: number;
  /** A node with more neighbours than this is a hub. */
  readonly mostPartners: number;
}

/** Selects what the options show. A focus on a missing node is ignored; the focused node is never hidden as a hub. */
export function visibleGraph(graph: Graph, options: VisibilityOptions): VisibleGraph {
  const { muteHubs, shownHubs, focus, states: wanted, frames, collapsed } = options;
  const remarkable =
    wanted.length > 0
      ? withoutEdges(graph, ({ states }) => !wanted.some((state) => states.includes(state)))
      : graph;
  const lively = options.hideIdle ? hideIdle(remarkable) : remarkable;
  const hidden = hiddenNodes(lively, options);
  const hiddenKeys = new Set([...hidden.values()].flat());
  const visible = muteNodes(lively, hiddenKeys);
  const most = options.hubPartners ?? mostPartners(visible);
  const kept = new Set([...shownHubs, focus?.node, focus?.to]);
  const hubs = muteHubs ? findHubs(visible, most).filter(({ key }) => !kept.has(key)) : [];
  const open = muteNodes(visible, new Set(hubs.map(({ key }) => key)));
  const folded =
    frames === 'none' || collapsed.length === 0 ? open : collapse(open, frames, new Set(collapsed));
  return {
    graph: focus ? inFocus(folded, focus, frames) : folded,
    open,
    hidden: [...hidden.keys()],
    hubs,
    lonely: lively.nodes.length - open.nodes.length - hubs.length - hiddenKeys.size,
    mostPartners: most,
  };
}

/** Each hidden node or group, with the keys of its nodes. */
function hiddenNodes({ nodes }: Graph, { hidden, frames }: VisibilityOptions): Map<string, string[]> {
  const wanted = new Set(hidden);
  const found = new Map<string, string[]>();
  if (wanted.size === 0) return found;
  for (const node of nodes) {
    const group = frames === 'none' ? undefined : groupFor(node, frames)?.key;
    const key = wanted.has(node.key) ? node.key : (group ?? '');
    if (wanted.has(key)) found.set(key, [...(found.get(key) ?? []), node.key]);
  }
  return found;
}

function inFocus(graph: Graph, focus: Focus, frames: PanelOptions['frames']): Graph {
  const starts = drawnAs(graph, focus.node, frames);
  if (starts.length === 0) return graph;
  if (focus.to === undefined) return focusOn(graph, starts, focus.way, focus.hops);
  const [[from], [to]] = [starts, drawnAs(graph, focus.to, frames)];
  return from !== undefined && to !== undefined ? pathsBetween(graph, from, to, 'all').graph : graph;
}

/** Keys of the nodes that represent a node or a group: it may have been collapsed or expanded since it was picked. */
function drawnAs({ nodes }: Graph, key: string, frames: PanelOptions['frames']): string[] {
  const isIt = (node: GraphNode) => node.key === key || node.members.includes(key);
  const drawn = nodes.filter(isIt);
  const all =
    drawn.length > 0 || frames === 'none'
      ? drawn
      : nodes.filter((node) => groupFor(node, frames)?.key === key);
  return all.map((node) => node.key);
}
