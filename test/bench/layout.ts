/** The time of the panel's layout and its edge crossings, compared with three well-known engines. */
import { Worker } from 'node:worker_threads';
import { type ServiceMap, serviceMap } from '../../grafana-plugin/src/graph/fixtures/service-map.fixture.ts';
import { crossingsWith } from '../../grafana-plugin/src/graph/layout/layers/reduce-crossings.ts';
import { type BenchmarkOptions, type Finding, progress, verdict } from './benchmark.ts';
import type { Centres, EngineName } from './layout-engines.ts';
import { type Estimate, estimate } from './pairs.ts';

/** The graphs, the bar in milliseconds for our warm layout, and the engines to compare with. */
const GRAPHS = [
  { nodes: 300, edges: 900, bar: 30, others: ['elkjs', 'dagre', 'MSAGL'] },
  { nodes: 1000, edges: 3000, bar: 150, others: ['elkjs', 'dagre', 'MSAGL'] },
  { nodes: 5000, edges: 15_000, bar: 1500, others: [] },
  { nodes: 10_000, edges: 50_000, bar: undefined, others: [] },
] as const;

/** Crossings of straight lines may exceed those of the best engine by this factor. */
const CROSSINGS_BAR = 1.1;
/** Counting compares every pair of edges. */
const MOST_COUNTED = 3000;
const SECONDS = 120;
const WARM_UP = 3;

interface Run {
  readonly time: Estimate;
  readonly crossings: number | undefined;
}

export async function layout({ quick }: BenchmarkOptions): Promise<Finding> {
  const rows: string[][] = [];
  const raw: Record<string, Record<string, Run | undefined>> = {};
  for (const { nodes, edges, bar, others } of quick ? GRAPHS.slice(0, 1) : GRAPHS) {
    const name = `${nodes.toLocaleString('en')} / ${edges.toLocaleString('en')}`;
    const map = serviceMap(nodes, edges);
    const runs: Partial<Record<EngineName, Run | undefined>> = {};
    for (const engine of ['musubi', ...others] as const) {
      // An engine gets as many rounds as fit into one or two minutes; ours is measured warm, as in the panel.
      runs[engine] = await measure(engine, map, engine === 'musubi' ? WARM_UP + 15 : quick ? 1 : 3);
      progress(`${name}: ${engine} ${runs[engine] ? milliseconds(runs[engine].time) : 'timed out'}`);
    }
    raw[name] = runs;
    const own = runs.musubi;
    if (!own) throw new Error('the layout of the panel took too long');
    const fewest = Math.min(...others.map((engine) => runs[engine]?.crossings ?? Infinity));
    for (const engine of ['musubi', ...others] as const) {
      const run = runs[engine];
      const isOwn = engine === 'musubi';
      rows.push([
        isOwn ? name : '',
        engine,
        run ? milliseconds(run.time) : `> ${SECONDS} s`,
        isOwn ? '1' : `${run ? '' : '> '}${ratio(run ? run.time.median : SECONDS * 1000, own.time.median)}`,
        isOwn && bar ? `≤ ${bar} ms: ${verdict(own.time, bar)}` : '',
        run?.crossings?.toLocaleString('en') ?? '',
        isOwn && own.crossings && Number.isFinite(fewest) ? crossingsVerdict(own.crossings / fewest) : '',
      ]);
    }
  }
  const head = ['nodes / edges', 'engine', 'time', '÷ musubi', 'bar', 'edge crossings', 'bar'];
  return { head, rows, raw };
}

const ratio = (other: number, own: number) => (other / own).toFixed(0);

const crossingsVerdict = (share: number) =>
  `≤ ${CROSSINGS_BAR} × the best: ${share.toFixed(2)}, ${share <= CROSSINGS_BAR ? 'met' : 'missed'}`;

function milliseconds({ median }: Estimate): string {
  return `${median.toLocaleString('en', { maximumFractionDigits: median < 10 ? 1 : 0 })} ms`;
}

/** Undefined if the first round takes too long. Later rounds that take too long are omitted. */
async function measure(engine: EngineName, map: ServiceMap, rounds: number): Promise<Run | undefined> {
  const thread = new Worker(new URL('./layout-thread.ts', import.meta.url), {
    workerData: { engine, map, rounds },
    resourceLimits: { maxOldGenerationSizeMb: 4096 },
  });
  const times: number[] = [];
  let centres: Centres | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const alarm = setTimeout(resolve, SECONDS * 1000);
      thread.on('message', (message: { milliseconds: number; centres: Centres }) => {
        times.push(message.milliseconds);
        centres = message.centres;
      });
      thread.once('error', reject);
      thread.once('exit', () => {
        clearTimeout(alarm);
        resolve();
      });
    });
  } finally {
    await thread.terminate();
  }
  if (!centres) return undefined;
  const warm = times.length > WARM_UP ? times.slice(WARM_UP) : times;
  return { time: estimate(warm), crossings: countCrossings(map, centres) };
}

function countCrossings({ nodes, edges }: ServiceMap, centres: Centres): number | undefined {
  if (edges.length > MOST_COUNTED) return undefined;
  const index = new Map(nodes.map((key, i) => [key, i]));
  const points = nodes.map((key) => centres.get(key) ?? { x: 0, y: 0 });
  const links = edges.map(({ source, target }) => [index.get(source) ?? 0, index.get(target) ?? 0] as const);
  const at = (v: number) => points[v] ?? { x: 0, y: 0 };
  return links.reduce((sum, link) => sum + crossingsWith(link, links, at), 0) / 2;
}
