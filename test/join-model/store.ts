/** A Prometheus whose time a test sets (`store/main.go`): it runs hours of scrapes and evaluations in a second. */
import { spawn } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { goPrograms } from '../../provisioning/local/go-build.mjs';
import { onFileEnd } from '../harness/cleanup.ts';

export type Labels = Readonly<Record<string, string>>;

/** A store with its own samples and rules. Times are in ms. */
export interface Store {
  /** The base of its HTTP API, as for a Prometheus. */
  readonly url: string;
  /** Defines a series; samples refer to it by its number. */
  define(series: number, labels: Labels): void;
  /** Samples of one time: pairs of a series and its value, or null for a staleness marker. */
  append(at: number, pairs: readonly (number | null)[]): void;
  evaluate(at: number, group: string): void;
  /** Runs all of the above, in order. Resolves to what failed: rules, and samples that were not accepted. */
  run(): Promise<string[]>;
  close(): Promise<void>;
}

/** Opens stores in one process. */
export type OpenStore = (rules: readonly string[]) => Promise<Store>;

const SOURCE = join(import.meta.dirname, 'store');

/** Builds the program once, and starts it for the test file. `missing` is the reason why it cannot be built. */
export async function startStores(log: (line: string) => void): Promise<OpenStore | { missing: string }> {
  const files = await Promise.all(['go.mod', 'main.go'].map((name) => readFile(join(SOURCE, name), 'utf8')));
  const made = await goPrograms(
    {
      what: 'store of the join model',
      name: 'model-store',
      recipe: files.join(),
      programs: ['store'],
      async build(folder, go) {
        await cp(SOURCE, join(folder, 'source'), { recursive: true });
        return go([
          'build',
          '-C',
          'source',
          '-mod=mod',
          '-tags',
          'netgo,remove_all_sd',
          '-o',
          '../store',
          '.',
        ]);
      },
    },
    { log },
  );
  if ('missing' in made) return made;
  // It ends when its standard input does.
  const child = spawn(join(made.folder, 'store'), { stdio: ['pipe', 'pipe', 'inherit'] });
  onFileEnd(() => child.stdin.end());
  const lines = createInterface(child.stdout);
  const base = await new Promise<string>((resolve) => lines.once('line', resolve));
  let opened = 0;
  return (rules) => openStore(`${base}/${opened++}`, rules);
}

async function openStore(url: string, rules: readonly string[]): Promise<Store> {
  await request(url, 'PUT', JSON.stringify(rules));
  let script: string[] = [];
  const add = (step: object) => script.push(JSON.stringify(step));
  return {
    url,
    define: (series, labels) => add({ series, labels }),
    append: (at, values) => add({ at, values }),
    evaluate: (at, group) => add({ at, group }),
    async run() {
      const text = script.join('\n');
      script = [];
      return (await request(url, 'POST', text)) as string[];
    },
    async close() {
      await request(url, 'DELETE');
    },
  };
}

async function request(url: string, method: string, body?: string): Promise<unknown> {
  const response = await fetch(url, { method, ...(body !== undefined && { body }) });
  const { status, data, error } = (await response.json()) as {
    status: string;
    data: unknown;
    error?: string;
  };
  if (status !== 'success') throw new Error(error);
  return data;
}
