import source from '../../graph/layout/layout-worker.ts?text';
import type { LayoutWorker } from '../../graph/layout/layouter.ts';

/**
 * Starts the worker from a blob: no second file has to be found, wherever Grafana serves the plugin from. Throws
 * where the page's policy, or the browser, has no workers from blobs.
 */
export function startLayoutWorker(): LayoutWorker {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    return new Worker(url);
  } finally {
    // The worker has its own hold on the script by now.
    URL.revokeObjectURL(url);
  }
}
