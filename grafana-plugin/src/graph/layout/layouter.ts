import type { Layout, LayoutRequest } from '../model/layout.ts';
import { layoutGraph } from './layout-graph.ts';

/** What is used of a browser's `Worker` that runs `layout-worker.ts`. */
export type LayoutWorker = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>;

/** Lays graphs out, one at a time: a newer request ends the older. */
export interface Layouter {
  /** Undefined when a newer request, or `close`, came before the end. */
  layout(request: LayoutRequest): Promise<Layout | undefined>;
  close(): void;
}

/**
 * Lays graphs out in a worker, or on the spot where there are none.
 *
 * @param worker starts a worker. It may throw, and what it starts may fail: both mean that the page forbids workers
 */
export function createLayouter({ worker: start }: { worker?: () => LayoutWorker } = {}): Layouter {
  let idle: LayoutWorker | undefined;
  let forbidden = start === undefined;
  let cancel = () => {};

  const startWorker = (): LayoutWorker | undefined => {
    if (forbidden) return undefined;
    try {
      return start?.();
    } catch {
      forbidden = true;
      return undefined;
    }
  };

  return {
    async layout(request) {
      cancel();
      cancel = () => {};
      const worker = idle ?? startWorker();
      idle = undefined;
      if (!worker) return layoutGraph(request);
      return new Promise((resolve, reject) => {
        cancel = () => {
          worker.terminate();
          resolve(undefined);
        };
        worker.onmessage = ({ data }: MessageEvent<Layout>) => {
          cancel = () => {};
          idle = worker;
          resolve(data);
        };
        worker.onerror = (event) => {
          event.preventDefault();
          cancel = () => {};
          forbidden = true;
          worker.terminate();
          try {
            resolve(layoutGraph(request));
          } catch (error) {
            reject(error);
          }
        };
        worker.postMessage(request);
      });
    },
    close() {
      cancel();
      cancel = () => {};
      idle?.terminate();
      idle = undefined;
    },
  };
}
