/** Lays one graph out several times with one engine, in a thread that can be terminated if it takes too long. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ServiceMap } from '../../grafana-plugin/src/graph/fixtures/service-map.fixture.ts';
import { ENGINES, type EngineName } from './layout-engines.ts';

const { engine, map, rounds } = workerData as { engine: EngineName; map: ServiceMap; rounds: number };

const layout = await ENGINES[engine]();
for (let round = 0; round < rounds; round++) {
  const start = performance.now();
  const centres = await layout(map);
  const milliseconds = performance.now() - start;
  parentPort?.postMessage({ milliseconds, centres });
}
