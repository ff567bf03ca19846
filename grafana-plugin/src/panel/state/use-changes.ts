import type { Point } from '../../graph/geometry/rectangle.ts';
import type { PanelOptions } from './options.ts';
import type { ViewControl } from './use-view.ts';

/** Changes of the options by actions in the drawing. */
export interface Changes {
  readonly onChange: (change: Partial<PanelOptions>) => void;
  /** Collapses a group, or expands it. */
  readonly onToggle: (group: string) => void;
  readonly onHide: (node: string) => void;
  /** Moves a node: its corner, in the drawing. */
  readonly onPut: (node: string, corner: Point) => void;
}

/** Options after whose change the whole graph is fitted. */
const FITTED: readonly (keyof PanelOptions)[] = ['focus', 'level', 'frames', 'collapsed'];

/** Changes options, and keeps the affected part in view. */
export function useChanges(
  { collapsed, hidden, saved, focus }: PanelOptions,
  change: Changes['onChange'],
  control: Pick<ViewControl, 'fit' | 'hold'>,
): Changes {
  /** Keeps the view: otherwise the graph would be fitted again, and nodes would jump away from the pointer. */
  const changeHere: Changes['onChange'] = (next) => {
    control.hold();
    change(next);
  };
  return {
    onChange(next) {
      change(next);
      if (FITTED.some((name) => name in next)) control.fit();
    },
    onToggle: (group) => changeHere({ collapsed: toggled(collapsed, group) }),
    onHide(node) {
      const focused = focus?.node === node || focus?.to === node;
      changeHere({ hidden: [...hidden, node], ...(focused && { focus: null }) });
    },
    onPut: (node, corner) => changeHere({ saved: { ...saved, [node]: corner } }),
  };
}

const toggled = (keys: readonly string[], key: string): string[] =>
  keys.includes(key) ? keys.filter((each) => each !== key) : [...keys, key];
