import type { InterpolateFunction } from '@grafana/data';
import type { FocusFilter } from '../../graph/focus/filter-with-neighbours.ts';
import type { FocusDirection } from '../../graph/focus/neighbours.ts';

/** The part of the graph to show, as texts that can contain dashboard variables. */
export interface AroundOptions {
  readonly service: string;
  readonly host: string;
  readonly site: string;
  /** `up`, `down`, or both for anything else. */
  readonly way: string;
}

/** The same with variables replaced. */
export interface Around {
  readonly wanted: FocusFilter;
  readonly way: FocusDirection;
}

/** Grafana's values for "All", which do not filter. */
const EVERYTHING: ReadonlySet<string> = new Set(['', '$__all', '.*', '.+']);

/** Replaces the variables in the options. A variable that the dashboard does not have, or whose value is "All", filters nothing. */
export function fillAround(
  { service = '', host = '', site = '', way = '' }: Partial<AroundOptions>,
  replace: InterpolateFunction,
): Around {
  const filled = namesIn(way, replace)[0];
  return {
    wanted: {
      service: namesIn(service, replace),
      host: namesIn(host, replace),
      site: namesIn(site, replace),
    },
    way: filled === 'up' || filled === 'down' ? filled : 'both',
  };
}

function namesIn(text: string, replace: InterpolateFunction): string[] {
  const filled = replace(text, undefined, 'json');
  if (filled === text && text.includes('$')) return [];
  const names = listIn(filled) ?? [filled];
  return names.some((name) => EVERYTHING.has(name)) ? [] : names;
}

/** Grafana formats several values as JSON; some versions do so for one value, too. */
function listIn(text: string): string[] | undefined {
  if (!/^["[]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const values = Array.isArray(value) ? value : [value];
    return values.every((each) => typeof each === 'string') ? values : undefined;
  } catch {
    return undefined;
  }
}
