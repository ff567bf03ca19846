import type { InterpolateFunction, TimeRange } from '@grafana/data';
import { useEffect, useMemo, useState } from 'react';
import { interpolate } from './interpolate.ts';
import { queryInstant } from './prometheus-source.ts';
import { createReplace } from './replace-variables.ts';
import {
  type Chosen,
  customValues,
  meaningOf,
  readChosen,
  resultQuery,
  resultValues,
  type Variable,
} from './variables.ts';

type Options = Readonly<Record<string, readonly string[]>>;

/** The variables of a dashboard: their values, their options, and a function that replaces them in texts. */
export function useVariables(
  variables: readonly Variable[],
  search: string,
  range: TimeRange,
): { chosen: Chosen; options: Options; replace: InterpolateFunction } {
  const [options, setOptions] = useState<Options>({});
  const [from, to] = [range.from.valueOf(), range.to.valueOf()];
  useEffect(() => {
    const controller = new AbortController();
    for (const variable of variables) {
      // If the query fails, the variable keeps its options.
      valuesOf(variable, { from, to }, controller.signal).then(
        (values) => setOptions((others) => ({ ...others, [variable.name]: values })),
        () => {},
      );
    }
    return () => controller.abort();
  }, [variables, from, to]);

  const chosen = useMemo(() => readChosen(search, variables), [search, variables]);
  const replace = useMemo(() => {
    const url = new URLSearchParams({ from: `${from}`, to: `${to}` });
    const values = new Map(
      variables.map((variable) => {
        const { name } = variable;
        return [name, meaningOf(variable, chosen[name] ?? [], options[name] ?? [])];
      }),
    );
    return createReplace((name) => (name === '__url_time_range' ? `${url}` : values.get(name)));
  }, [variables, chosen, options, from, to]);
  return { chosen, options, replace };
}

async function valuesOf(
  variable: Variable,
  range: { readonly from: number; readonly to: number },
  signal: AbortSignal,
): Promise<string[]> {
  if (variable.type === 'custom' && typeof variable.query === 'string') return customValues(variable.query);
  const query = resultQuery(variable);
  if (query === undefined) return [];
  const samples = await queryInstant(interpolate(query, range), range, signal);
  return resultValues(
    variable,
    samples.map(({ metric }) => metric),
  );
}
