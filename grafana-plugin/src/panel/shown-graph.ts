import { focusOn } from '../graph/focus/neighbours.ts';
import { pathsBetween } from '../graph/focus/paths.ts';
import { findHubs, hideIdle, muteNodes } from '../graph/focus/quieten.ts';
import { withoutEdges } from '../graph/focus/subgraph.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { collapse, collectionOf } from '../graph/levels/levels.ts';
import type { Focus, PanelOptions } from './options.ts';

/** With more partners than this a node is a hub. */
export const MOST_PARTNERS = 8;

/** The options that decide about it. */
export type ShownBy = Pick<
  PanelOptions,
  'hideIdle' | 'muteHubs' | 'focus' | 'states' | 'frames' | 'collapsed'
>;

/** The part of a graph that the options leave. */
export interface Shown {
  /** As it is drawn, some of its groups as one node each. */
  readonly graph: Graph;
  /** The same, and what a focus hides of it, with all groups open. */
  readonly open: Graph;
}

/** Leaves out what the options do not want. A focus on what is not there is none; who has the focus is never muted. */
export function shownGraph(graph: Graph, options: ShownBy): Shown {
  const { hideIdle: withoutIdle, muteHubs, focus, states: wanted, frames, collapsed } = options;
  const remarkable =
    wanted.length > 0
      ? withoutEdges(graph, ({ states }) => !wanted.some((state) => states.includes(state)))
      : graph;
  const lively = withoutIdle ? hideIdle(remarkable) : remarkable;
  const hubs = muteHubs ? findHubs(lively, MOST_PARTNERS).map(({ key }) => key) : [];
  const open = muteNodes(lively, new Set(hubs.filter((key) => key !== focus?.node && key !== focus?.to)));
  const folded =
    frames === 'none' || collapsed.length === 0 ? open : collapse(open, frames, new Set(collapsed));
  return { graph: focus ? inFocus(folded, focus, frames) : folded, open };
}

function inFocus(graph: Graph, focus: Focus, frames: PanelOptions['frames']): Graph {
  const starts = drawnAs(graph, focus.node, frames);
  if (starts.length === 0) return graph;
  if (focus.to === undefined) return focusOn(graph, starts, focus.way, focus.hops);
  const [[from], [to]] = [starts, drawnAs(graph, focus.to, frames)];
  return from !== undefined && to !== undefined ? pathsBetween(graph, from, to, 'all').graph : graph;
}

/** Keys of the nodes that a node or a group is drawn as: it may have been collapsed, or opened, since it was picked. */
function drawnAs({ nodes }: Graph, key: string, frames: PanelOptions['frames']): string[] {
  const isIt = (node: GraphNode) => node.key === key || node.members.includes(key);
  const drawn = nodes.filter(isIt);
  const all =
    drawn.length > 0 || frames === 'none'
      ? drawn
      : nodes.filter((node) => collectionOf(node, frames)?.key === key);
  return all.map((node) => node.key);
}
