import { LEVELS } from '../../graph/levels/levels.ts';
import { AMOUNTS } from '../../graph/model/edge-figures.ts';
import type { GraphElement } from '../../graph/model/graph.ts';
import { EDGE_STATES } from '../../graph/model/graph.ts';
import { EDGE_COLUMNS, type EdgeSort } from '../../graph/model/sort-edges.ts';
import { EDGE_LABELS, NODE_TEXTS } from '../texts/node-texts.ts';
import { DEFAULT_OPTIONS, type Focus, FRAMES, MOST_HOPS, type PanelOptions } from './options.ts';

/** What a viewer chooses in the panel: options that override the dashboard's, and the selection. */
export interface ViewerState
  extends Pick<
    PanelOptions,
    | 'level'
    | 'frames'
    | 'collapsed'
    | 'search'
    | 'focus'
    | 'hideIdle'
    | 'muteHubs'
    | 'shownHubs'
    | 'hidden'
    | 'compare'
    | 'states'
    | 'sort'
  > {
  readonly selected: GraphElement | null;
}

/** Maximum length of a text; browsers and servers reject much longer addresses. */
const MOST_TEXT = 30_000;

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= MOST_TEXT;
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isOneOf =
  <T extends string>(choices: readonly T[]) =>
  (value: unknown): value is T =>
    (choices as readonly unknown[]).includes(value);

const isFocus = (value: unknown): value is Focus => {
  if (!(value instanceof Object)) return false;
  const { node, to, way, hops } = value as Partial<Record<keyof Focus, unknown>>;
  const isFar = Number.isInteger(hops) && Number(hops) >= 1 && Number(hops) <= MOST_HOPS;
  return isText(node) && (to === undefined || isText(to)) && isOneOf(['up', 'down', 'both'])(way) && isFar;
};

const isSort = (value: unknown): value is EdgeSort => {
  if (!(value instanceof Object)) return false;
  const { column, descending } = value as Partial<Record<keyof EdgeSort, unknown>>;
  return isOneOf(EDGE_COLUMNS)(column) && isBoolean(descending);
};

const isTarget = (value: unknown): value is GraphElement => {
  if (!(value instanceof Object)) return false;
  const { type, key } = value as Partial<Record<keyof GraphElement, unknown>>;
  return isOneOf(['node', 'edge'])(type) && isText(key);
};

/** A validator for each choice. */
const CHECKS: { readonly [Name in keyof ViewerState]: (value: unknown) => value is ViewerState[Name] } = {
  level: isOneOf(LEVELS),
  frames: isOneOf(FRAMES),
  collapsed: isTexts,
  search: isText,
  focus: (value) => value === null || isFocus(value),
  hideIdle: isBoolean,
  muteHubs: isBoolean,
  shownHubs: isTexts,
  hidden: isTexts,
  compare: isText,
  states: (value): value is PanelOptions['states'] =>
    Array.isArray(value) && value.every(isOneOf(EDGE_STATES)),
  sort: isSort,
  selected: (value) => value === null || isTarget(value),
};

/** Validators for the dashboard's other options that have a fixed set of values. */
const OWN_CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  edgeLabel: isOneOf(EDGE_LABELS),
  widthBy: isOneOf(['none', ...AMOUNTS]),
  colourBy: isOneOf(['states', ...AMOUNTS]),
  nodeText: isOneOf(NODE_TEXTS),
};

export const isViewerChoice = (name: string): name is keyof ViewerState => Object.hasOwn(CHECKS, name);

/** The options of a dashboard. Invalid values, from an older panel or edited by hand, are replaced by defaults. */
export function readOptions(saved: Partial<PanelOptions>): PanelOptions {
  const defaults = new Map<string, unknown>(Object.entries(DEFAULT_OPTIONS));
  const isUsable = ([name, value]: [string, unknown]) =>
    isViewerChoice(name)
      ? CHECKS[name](value)
      : (OWN_CHECKS[name]?.(value) ??
        (!defaults.has(name) || (value !== null && typeof value === typeof defaults.get(name))));
  return { ...DEFAULT_OPTIONS, ...Object.fromEntries(Object.entries(saved).filter(isUsable)) };
}

/** Reads choices from a text of the address: the valid ones, and the names of the rest. */
export function readViewerState(text: string | null): {
  readonly chosen: Partial<ViewerState>;
  readonly invalid: readonly string[];
} {
  const all = parseObject(text);
  if (!all) return { chosen: {}, invalid: text === null ? [] : [text.slice(0, 40)] };
  const isChoice = ([name, value]: [string, unknown]) => isViewerChoice(name) && CHECKS[name](value);
  const entries = Object.entries(all);
  return {
    chosen: Object.fromEntries(entries.filter(isChoice)),
    invalid: entries.filter((entry) => !isChoice(entry)).map(([name]) => name.slice(0, 40)),
  };
}

/** Writes the choices that differ from the dashboard; null if none do. */
export function writeViewerState(
  chosen: Partial<ViewerState>,
  ofDashboard: Partial<ViewerState>,
): string | null {
  const differing = Object.entries(chosen).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(ofDashboard[name as keyof ViewerState]),
  );
  return differing.length > 0 ? JSON.stringify(Object.fromEntries(differing)) : null;
}

/**
 * Adds choices to those in a text of the address.
 *
 * @returns the new text, and whether they fit: ten thousand collapsed groups are too long for an address
 */
export function addChoices(
  text: string | null,
  choices: Partial<ViewerState>,
  ofDashboard: Partial<ViewerState>,
): { readonly text: string | null; readonly fit: boolean } {
  const { chosen } = readViewerState(text);
  const whole = writeViewerState({ ...chosen, ...choices }, ofDashboard);
  if (isText(whole ?? '')) return { text: whole, fit: true };
  const others = Object.entries(chosen).filter(([name]) => !Object.hasOwn(choices, name));
  return { text: writeViewerState(Object.fromEntries(others), ofDashboard), fit: false };
}

function parseObject(text: string | null): object | undefined {
  if (!isText(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value instanceof Object && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
