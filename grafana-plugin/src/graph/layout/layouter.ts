import type { Layout, LayoutRequest } from '../model/layout.ts';
import { layoutGraph } from './layout-graph.ts';

/** The part of a browser's `Worker`, running `layout-worker.ts`, that is used. */
export type LayoutWorker = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>;

/** Lays out graphs, one at a time: a newer request cancels the older one. */
export interface Layouter {
  /** Undefined if cancelled by a newer request or by `close`. */
  layout(request: LayoutRequest): Promise<Layout | undefined>;
  close(): void;
}

/**
 * Lays out graphs in a worker, or synchronously if there are no workers.
 *
 * @param worker starts a worker. If it throws, or the worker fails or takes no requests, the page forbids workers
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
        const layoutHere = () => {
          cancel = () => {};
          forbidden = true;
          worker.terminate();
          try {
            resolve(layoutGraph(request));
          } catch (error) {
            reject(error);
          }
        };
        worker.onerror = (event) => {
          event.preventDefault();
          layoutHere();
        };
        try {
          worker.postMessage(request);
        } catch {
          // Objects that come through a membrane, as in the sandbox of Grafana, cannot be cloned.
          layoutHere();
        }
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
