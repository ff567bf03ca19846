import { t } from '@grafana/i18n';

/** What a key does while the keyboard is on the graph. */
export type Command =
  | 'left'
  | 'right'
  | 'up'
  | 'down'
  | 'next'
  | 'previous'
  | 'first'
  | 'last'
  | 'nextEdge'
  | 'previousEdge'
  | 'details'
  | 'close'
  | 'search'
  | 'focus'
  | 'path'
  | 'move'
  | 'panLeft'
  | 'panRight'
  | 'panUp'
  | 'panDown'
  | 'zoomIn'
  | 'zoomOut'
  | 'fit'
  | 'help';

/**
 * None of these is a shortcut of Grafana's, or starts one (e, i, v; c, d, g, p, t and another key), except for Escape
 * and the question mark, which have the same meaning there.
 */
const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['ArrowLeft', 'left'],
  ['ArrowRight', 'right'],
  ['ArrowUp', 'up'],
  ['ArrowDown', 'down'],
  ['Shift+ArrowLeft', 'panLeft'],
  ['Shift+ArrowRight', 'panRight'],
  ['Shift+ArrowUp', 'panUp'],
  ['Shift+ArrowDown', 'panDown'],
  ['PageDown', 'next'],
  ['PageUp', 'previous'],
  ['Home', 'first'],
  ['End', 'last'],
  ['n', 'nextEdge'],
  ['N', 'previousEdge'],
  ['Enter', 'details'],
  [' ', 'details'],
  ['Escape', 'close'],
  ['/', 'search'],
  ['f', 'focus'],
  ['w', 'path'],
  ['m', 'move'],
  ['+', 'zoomIn'],
  ['=', 'zoomIn'],
  ['-', 'zoomOut'],
  ['0', 'fit'],
  ['?', 'help'],
]);

/** The part of a keyboard event that identifies the key. */
export interface KeyPress {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** The command of a key; undefined for a key that the browser and Grafana handle. */
export function commandOf({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyPress): Command | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  return COMMANDS.get(shiftKey && key.startsWith('Arrow') ? `Shift+${key}` : key);
}

/** All keys, and what they do. */
export const keyHelp = (): readonly (readonly [keys: string, meaning: string])[] => [
  ['← →', t('keys.sideways', 'Along a dependency, or to the nearest node on that side')],
  ['↑ ↓', t('keys.vertical', 'Nearest node above or below')],
  ['Page Down, Page Up', t('keys.next', 'Next or previous node')],
  ['Home, End', t('keys.first', 'First or last node')],
  ['n, N', t('keys.edge', 'Next or previous dependency of the node')],
  ['Enter', t('keys.details', 'Open the details')],
  ['Esc', t('keys.close', 'Close the details, or go back from a dependency to its node')],
  ['/', t('keys.search', 'Search; Esc clears it, then returns to the graph')],
  ['f', t('keys.focus', 'Show only the neighbors of the node, or all nodes again')],
  ['w', t('keys.path', 'Show the paths to another node: select it, then press Enter')],
  ['m', t('keys.move', 'Move the node with the arrow keys; Enter ends the move')],
  ['+, −, 0', t('keys.zoom', 'Zoom in, zoom out, fit')],
  ['Shift + ← → ↑ ↓', t('keys.pan', 'Pan')],
  ['Tab', t('keys.tab', 'Buttons, details and table')],
  ['?', t('keys.help', 'Show this list')],
];
