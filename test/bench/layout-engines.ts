import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { ServiceMap } from '../../grafana-plugin/src/graph/fixtures/service-map.fixture.ts';
import type { Point } from '../../grafana-plugin/src/graph/geometry/rectangle.ts';
import { layoutGraph } from '../../grafana-plugin/src/graph/layout/layout-graph.ts';
import type { LayoutSizes } from '../../grafana-plugin/src/graph/model/layout.ts';
import { ROOT } from '../harness/places.ts';
import { STATE } from './state.ts';

/** As the panel uses them. */
const SIZES: LayoutSizes = { width: 164, height: 46, columnGap: 140, rowGap: 26, aspect: 1.7 };

/** The centre of each node. */
export type Centres = ReadonlyMap<string, Point>;

/** Lays a graph out in layers from left to right. */
export type Engine = (map: ServiceMap) => Centres | Promise<Centres>;

/** Libraries to compare with, at the compared versions. Only this benchmark needs them. */
const PACKAGES = { elkjs: '0.12.1', '@dagrejs/dagre': '3.1.3', '@msagl/core': '1.1.24' } as const;
const FOLDER = join(ROOT, '.musubi/layout-engines');

/** How to install the libraries, or undefined if they are installed. */
export function howToInstallEngines(): string | undefined {
  const names = Object.entries(PACKAGES);
  if (names.every(([name]) => existsSync(join(FOLDER, 'node_modules', name)))) return undefined;
  const wanted = names.map(([name, version]) => `${name}@${version}`).join(' ');
  return `missing: libraries to compare layouts with. Install them:\n  npm install --no-save --prefix .musubi/layout-engines ${wanted}`;
}

const load = (name: keyof typeof PACKAGES) => createRequire(join(FOLDER, 'index.js'))(name);

export type EngineName = 'musubi' | 'elkjs' | 'dagre' | 'MSAGL';

/** Each engine, loaded: loading is not measured. */
export const ENGINES: Readonly<Record<EngineName, () => Promise<Engine>>> = {
  async musubi() {
    return ({ nodes, edges }) => {
      const { corners, width, height } = layoutGraph({ nodes, edges, sizes: SIZES });
      return new Map([...corners].map(([key, { x, y }]) => [key, { x: x + width / 2, y: y + height / 2 }]));
    };
  },

  async elkjs() {
    const elk = new (load('elkjs'))();
    return async ({ nodes, edges }) => {
      const { width, height } = SIZES;
      const laidOut = await elk.layout({
        id: 'root',
        layoutOptions: { 'elk.algorithm': 'layered', 'elk.direction': 'RIGHT' },
        children: nodes.map((id) => ({ id, width, height })),
        edges: edges.map(({ source, target }, i) => ({ id: `e${i}`, sources: [source], targets: [target] })),
      });
      const children: { id: string; x: number; y: number }[] = laidOut.children;
      return new Map(children.map(({ id, x, y }) => [id, { x: x + width / 2, y: y + height / 2 }]));
    };
  },

  async dagre() {
    const { Graph, layout } = load('@dagrejs/dagre');
    return ({ nodes, edges }) => {
      const graph = new Graph().setGraph({ rankdir: 'LR' }).setDefaultEdgeLabel(() => ({}));
      for (const id of nodes) graph.setNode(id, { width: SIZES.width, height: SIZES.height });
      for (const { source, target } of edges) graph.setEdge(source, target);
      layout(graph);
      return new Map(nodes.map((id) => [id, graph.node(id)]));
    };
  },

  /** As in Grafana's node graph, but without the conversion to DOT, and with our node size. */
  async MSAGL() {
    // Its modules import each other without extensions, which only bundlers resolve.
    const outfile = join(STATE, 'msagl.mjs');
    const entryPoints = [join(FOLDER, 'node_modules/@msagl/core/dist/index.js')];
    await build({ entryPoints, outfile, bundle: true, format: 'esm', platform: 'node', logLevel: 'error' });
    const msagl = await import(outfile);
    return ({ nodes, edges }) => {
      const geometry = new msagl.GeomGraph(new msagl.Graph());
      const geometries = nodes.map((id) => {
        const node = geometry.graph.addNode(new msagl.Node(id));
        const box = msagl.CurveFactory.createRectangle(SIZES.width, SIZES.height, new msagl.Point(0, 0));
        return [id, msagl.GeomNode.mkNode(box, node)] as const;
      });
      for (const { source, target } of edges) geometry.setEdge(source, target);
      geometry.layoutSettings = new msagl.SugiyamaLayoutSettings();
      geometry.layoutSettings.layerDirection = msagl.LayerDirectionEnum.LR;
      msagl.layoutGeomGraph(geometry);
      return new Map(geometries.map(([id, { center }]) => [id, { x: center.x, y: center.y }]));
    };
  },
};
