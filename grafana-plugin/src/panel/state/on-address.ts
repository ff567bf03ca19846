import { locationService } from '@grafana/runtime';

/** Tells of each change of the page's address; returns how to stop that. */
export function onAddress(notify: () => void): () => void {
  const subscription = locationService.getLocationObservable().subscribe(notify);
  return () => subscription.unsubscribe();
}
