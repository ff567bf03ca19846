import { locationService } from '@grafana/runtime';
import { useCallback, useMemo } from 'react';
import { readView, type View, viewText } from '../../graph/display/view/view.ts';
import { useAddressParameter } from './use-address.ts';

/** The view that the user has chosen, undefined until they move the drawing, and its setter. */
export type UserView = readonly [View | undefined, (view: View | undefined) => void];

/**
 * Keeps the view in the address, in a parameter apart from the viewer's other choices, as it changes often and on its
 * own. It adds no entry to the browser's history.
 */
export function useUserView(panelId: number): UserView {
  const name = `musubi-${panelId}-view`;
  const text = useAddressParameter(name);
  const view = useMemo(() => readView(text), [text]);
  const choose = useCallback(
    (next: View | undefined) => locationService.partial({ [name]: next ? viewText(next) : null }, true),
    [name],
  );
  return [view, choose];
}
