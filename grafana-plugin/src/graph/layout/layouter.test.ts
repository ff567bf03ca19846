import { Worker as Thread } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterEach, describe, expect, test } from 'vitest';
import { serviceMap } from '../fixtures/service-map.fixture.ts';
import { layoutGraph } from './layout-graph.ts';
import { createLayouter, type LayoutWorker } from './layouter.ts';

const sizes = { width: 100, height: 40, columnGap: 80, rowGap: 20, aspect: 1.7 };
const small = { ...serviceMap(20, 40), sizes };
const large = { ...serviceMap(3000, 9000), sizes };

const { outputFiles } = await build({
  entryPoints: [new URL('./layout-worker.ts', import.meta.url).pathname],
  bundle: true,
  write: false,
  format: 'iife',
});
const source = outputFiles[0]?.text ?? '';

/** Threads of Node.js with the interface of a worker in a browser, on both sides. */
const started: Thread[] = [];
/** The handlers do not use `this`. */
const caller = {} as Worker;
function startThread(code = source): LayoutWorker {
  const prelude = `const { parentPort } = require('node:worker_threads');
    globalThis.self = globalThis;
    globalThis.postMessage = (message) => parentPort.postMessage(message);
    parentPort.on('message', (data) => self.onmessage({ data }));`;
  const thread = new Thread(`${prelude}${code}`, { eval: true });
  started.push(thread);
  const worker: LayoutWorker = {
    postMessage: (request) => thread.postMessage(request),
    terminate: () => void thread.terminate(),
    onmessage: null,
    onerror: null,
  };
  thread.on('message', (data) => worker.onmessage?.call(caller, new MessageEvent('message', { data })));
  thread.on('error', () => worker.onerror?.call(caller, new Event('error') as ErrorEvent));
  return worker;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((thread) => thread.terminate()));
});

describe('with a worker', () => {
  test('returns the same layouts as without, from one worker', async () => {
    const layouter = createLayouter({ worker: () => startThread() });
    expect(await layouter.layout(small)).toEqual(layoutGraph(small));
    const earlier = layoutGraph(small);
    const saved = new Map([['n3', { x: 1, y: 2 }]]);
    expect(await layouter.layout({ ...small, earlier, saved })).toEqual(
      layoutGraph({ ...small, earlier, saved }),
    );
    expect(started).toHaveLength(1);
    layouter.close();
  });

  test('a newer request cancels the older one, and close cancels all', async () => {
    const layouter = createLayouter({ worker: () => startThread() });
    const older = layouter.layout(large);
    const newer = layouter.layout(small);
    expect(await older).toBeUndefined();
    expect((await newer)?.corners.size).toBe(20);
    const last = layouter.layout(large);
    layouter.close();
    expect(await last).toBeUndefined();
    expect(started).toHaveLength(2);
  });
});

describe('without workers', () => {
  test('graphs are laid out synchronously, and a forbidden worker is started only once', async () => {
    for (const worker of [
      () => {
        throw new Error('denied by the policy');
      },
      () => startThread('throw new Error("blocked")'),
      () => ({
        ...startThread(),
        postMessage() {
          throw new DOMException('could not be cloned', 'DataCloneError');
        },
      }),
    ]) {
      let starts = 0;
      const layouter = createLayouter({
        worker: () => {
          starts++;
          return worker();
        },
      });
      expect((await layouter.layout(small))?.corners.size).toBe(20);
      expect((await layouter.layout(small))?.corners.size).toBe(20);
      expect(starts).toBe(1);
    }
  });

  test('graphs are laid out synchronously', async () => {
    expect((await createLayouter().layout(small))?.corners.size).toBe(20);
  });
});
