import { useMemo } from 'react';
import { shortName } from '../../graph/display/text/shorten.ts';
import { findGroups, NO_GROUPS } from '../../graph/levels/levels.ts';
import type { Graph } from '../../graph/model/graph.ts';
import type { PanelOptions } from './options.ts';
import { type VisibleGraph, visibleGraph } from './visible-graph.ts';

/** The group that a node belongs to, or represents while it is collapsed. */
export interface NodeGroup {
  readonly key: string;
  readonly name: string;
  readonly open: boolean;
}

export interface GroupedGraph extends VisibleGraph {
  /** Keys of all groups, shown or not. */
  readonly groups: readonly string[];
  readonly groupOf: (node: string) => NodeGroup | undefined;
  /** The name of a node or a group; undefined if it is not in this range. */
  readonly nameOf: (key: string) => string | undefined;
}

/** The part of a graph that the options select. */
export function useVisibleGraph(whole: Graph, options: PanelOptions): GroupedGraph {
  const { focus, hideIdle, muteHubs, hubPartners, shownHubs, hidden, states, frames, collapsed } = options;
  const shown = useMemo(
    () =>
      visibleGraph(whole, {
        focus,
        hideIdle,
        muteHubs,
        hubPartners,
        shownHubs,
        hidden,
        states,
        frames,
        collapsed,
      }),
    [whole, focus, hideIdle, muteHubs, hubPartners, shownHubs, hidden, states, frames, collapsed],
  );
  const framed = useMemo(() => (frames === 'none' ? NO_GROUPS : findGroups(whole, frames)), [whole, frames]);
  const nameOf = (key: string) => {
    const title = (framed.groups.get(key) ?? whole.nodes.find((node) => node.key === key))?.title;
    return title === undefined ? undefined : shortName(title);
  };
  return {
    ...shown,
    groups: [...framed.groups.keys()],
    groupOf(node) {
      const key = framed.groups.has(node) ? node : framed.groupOf.get(node);
      return key === undefined ? undefined : { key, name: nameOf(key) ?? '', open: key !== node };
    },
    nameOf,
  };
}
