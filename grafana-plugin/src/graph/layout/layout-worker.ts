import type { LayoutRequest } from '../model/layout.ts';
import { layoutGraph } from './layout-graph.ts';

/** Runs in a worker. It is bundled as text, so that the plugin does not have to find a file at run time. */
const scope = self as unknown as {
  onmessage: (event: { readonly data: LayoutRequest }) => void;
  postMessage: (message: unknown) => void;
};

scope.onmessage = ({ data }) => scope.postMessage(layoutGraph(data));
