import { locationService } from '@grafana/runtime';
import { useSyncExternalStore } from 'react';

/** The value of a parameter of the page's address, kept up to date; null where the address does not have it. */
export const useAddressParameter = (name: string): string | null =>
  useSyncExternalStore(onAddressChange, () => locationService.getSearch().get(name));

function onAddressChange(notify: () => void): () => void {
  const subscription = locationService.getLocationObservable().subscribe(notify);
  return () => subscription.unsubscribe();
}
