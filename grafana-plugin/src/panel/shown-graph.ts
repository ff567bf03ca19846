import { focusOn } from '../graph/focus/neighbours.ts';
import { pathsBetween } from '../graph/focus/paths.ts';
import { findHubs, hideIdle, muteNodes } from '../graph/focus/quieten.ts';
import { withoutEdges } from '../graph/focus/subgraph.ts';
import type { Graph } from '../graph/graph.ts';
import type { PanelOptions } from './options.ts';

/** With more partners than this a node is a hub. */
export const MOST_PARTNERS = 8;

/** The options that decide about it. */
export type ShownBy = Pick<PanelOptions, 'hideIdle' | 'muteHubs' | 'focus' | 'states'>;

/** The part of a graph that the options leave. A focus on what is not there is none; who has the focus is never muted. */
export function shownGraph(
  graph: Graph,
  { hideIdle: withoutIdle, muteHubs, focus, states: wanted }: ShownBy,
): Graph {
  const remarkable =
    wanted.length > 0
      ? withoutEdges(graph, ({ states }) => !wanted.some((state) => states.includes(state)))
      : graph;
  const lively = withoutIdle ? hideIdle(remarkable) : remarkable;
  const hubs = muteHubs ? findHubs(lively, MOST_PARTNERS).map(({ key }) => key) : [];
  const quiet = muteNodes(lively, new Set(hubs.filter((key) => key !== focus?.node && key !== focus?.to)));
  const isThere = (key: string) => quiet.nodes.some((node) => node.key === key);
  if (!focus || !isThere(focus.node)) return quiet;
  if (focus.to === undefined) return focusOn(quiet, [focus.node], focus.way, focus.hops);
  return isThere(focus.to) ? pathsBetween(quiet, focus.node, focus.to, 'all').graph : quiet;
}
