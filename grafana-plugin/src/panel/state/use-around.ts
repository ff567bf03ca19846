import type { InterpolateFunction } from '@grafana/data';
import { useMemo } from 'react';
import { type Around, type AroundOptions, fillAround } from '../query/around-variables.ts';

/** The part of the graph that is looked for; the same object for as long as the variables are the same. */
export function useAround(options: Partial<AroundOptions>, replace: InterpolateFunction): Around {
  const filled = JSON.stringify(fillAround(options, replace));
  return useMemo(() => JSON.parse(filled), [filled]);
}
