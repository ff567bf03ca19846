import type { LayoutRequest } from '../model/layout.ts';
import { layoutGraph } from './layout-graph.ts';

/** Runs in a worker: bundled as text, so that no file has to be found beside the plugin at run time. */
const scope = self as unknown as {
  onmessage: (event: { readonly data: LayoutRequest }) => void;
  postMessage: (message: unknown) => void;
};

scope.onmessage = ({ data }) => scope.postMessage(layoutGraph(data));
