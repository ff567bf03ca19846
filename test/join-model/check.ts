/** Compares what readers show of a history with the truth, and with each other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onFileEnd } from '../harness/cleanup.ts';
import { ROOT } from '../harness/places.ts';
import { contradictionsIn, type Shown, useIn } from './bounds.ts';
import { diff, look, openClient, type Pair, type Range, readEdges } from './command.ts';
import { LENGTH, type Plan, worldOf } from './history.ts';
import { draw } from './panel.ts';
import { replay } from './replay.ts';
import type { OpenStore, Store } from './store.ts';
import { type Known, knownOf, type Names } from './truth.ts';
import type { Process, World } from './world.ts';

/** `command`: what all commands read. */
export type Reader = 'command' | 'look' | 'diff' | 'panel';

/** What a reader shows of a range, and should not. */
export interface Contradiction {
  readonly reader: Reader;
  readonly range: Range;
  readonly wrong: readonly string[];
}

/** The start of each history, a full hour, in unix seconds. */
const BASE = Date.UTC(2026, 0, 5) / 1000;
/** By then everything is recorded. */
export const END = LENGTH - 120;
const RULES = ['musubi-edges', 'musubi-alerts'].map((name) =>
  join(ROOT, `provisioning/prometheus/rules/${name}.yaml`),
);

let folder: string | undefined;
function emptyFolder(): string {
  if (folder !== undefined) return folder;
  const made = mkdtempSync(join(tmpdir(), 'musubi-model-'));
  folder = made;
  onFileEnd(() => rmSync(made, { recursive: true }));
  return made;
}

/** Replays the history, and reads all of it and the ranges. */
export async function contradictionsOf(
  openStore: OpenStore,
  plan: Plan,
  ranges: readonly Range[] = [],
  readers: readonly Reader[] = ['command', 'look', 'diff'],
): Promise<Contradiction[]> {
  return inStore(openStore, plan, async (store, world, known) => {
    const found: Contradiction[] = [];
    const check = async (reader: Reader, range: Range, read: () => string[] | Promise<string[]>) => {
      const wrong = readers.includes(reader) ? await read() : [];
      if (wrong.length > 0) found.push({ reader, range, wrong });
    };
    const prometheus = openClient(store.url);
    for (const range of [[0, END], ...ranges] as const) {
      const shown = await readEdges(prometheus, BASE, range);
      await check('command', range, () => contradictionsIn(shown, world, known, range));
      await check('panel', range, async () => differences(await draw(store.url, BASE, range), shown));
      if (range === ranges[0]) await check('look', range, () => wrongLooks(store, world, shown, range));
    }
    const [range, previous] = ranges;
    if (range && previous) await check('diff', range, () => wrongDiff(store, world, known, range, previous));
    return found;
  });
}

/** The opened connections that the command reads in each range, by names. */
export async function countsOf(openStore: OpenStore, plan: Plan, ranges: readonly Range[]) {
  return inStore(openStore, plan, async ({ url }) => {
    const shown = await Promise.all(ranges.map((range) => readEdges(openClient(url), BASE, range)));
    return shown.map((edges) => Object.fromEntries([...edges].map(([names, { opened }]) => [names, opened])));
  });
}

async function inStore<Result>(
  openStore: OpenStore,
  plan: Plan,
  read: (store: Store, world: World, known: readonly Known[]) => Promise<Result>,
): Promise<Result> {
  const store = await openStore(RULES);
  try {
    const world = worldOf(plan);
    const reports = await replay(world, store, BASE, emptyFolder());
    const failures = await store.run();
    if (failures.length > 0) throw new Error(failures.join('\n'));
    return await read(store, world, knownOf(world, reports));
  } finally {
    await store.close();
  }
}

/** `look` at each endpoint shows its edges, with the same figures. */
async function wrongLooks(
  store: Store,
  world: World,
  all: ReadonlyMap<Names, Shown>,
  range: Range,
): Promise<string[]> {
  const nameOf = (end: string) => end.split(' ')[1] ?? '';
  const endsOf = (names: Names) => names.split(' > ').map(nameOf);
  const wrong: string[] = [];
  for (const name of new Set([...all.keys()].flatMap(endsOf))) {
    const own = new Map([...all].filter(([names]) => endsOf(names).includes(name)));
    const found = await look(store.url, BASE, name, range);
    // The edges of an address include those of the services that have it.
    const edges =
      isIP(name) > 0 ? new Map([...found.edges].filter(([names]) => own.has(names))) : found.edges;
    wrong.push(...differences(edges, own).map((text) => `${name}: ${text}`));
    for (const pair of found.pairs) if (!isTrue(world, pair)) wrong.push(`${name}: ${JSON.stringify(pair)}`);
  }
  return wrong;
}

/** Whether these processes were ever connected, as far as they are known. */
function isTrue({ connections }: World, { src, dst, port }: Pair): boolean {
  const isSame = (process: Process, { service, host, pid }: Pair['src']) =>
    (service === process.service || service === process.address) &&
    (host === undefined || host === process.host.name) &&
    (pid === undefined || pid === process.pid);
  return connections.some(
    ({ client, server }) => server.port === port && isSame(client, src) && isSame(server, dst),
  );
}

async function wrongDiff(
  store: Store,
  world: World,
  known: readonly Known[],
  range: Range,
  previous: Range,
): Promise<string[]> {
  const shown = await diff(store.url, BASE, range, previous);
  if (!shown) return [];
  const [now, before] = [useIn(world, known, range), useIn(world, known, previous)];
  const check = (what: string, names: readonly Names[], used: typeof now, unused: typeof now) => [
    ...names
      .filter((name) => !used.latest.has(name) || unused.earliest.has(name))
      .map((name) => `${name} ${what}, but did not`),
    ...[...used.earliest.keys()]
      .filter((name) => !unused.latest.has(name) && ![...names, ...shown.uncertain].includes(name))
      .map((name) => `${name} ${what}, but is missing`),
  ];
  return [
    ...check('appeared', shown.appeared, now, before),
    ...check('vanished', shown.vanished, before, now),
  ];
}

function differences(shown: ReadonlyMap<Names, Shown>, other: ReadonlyMap<Names, Shown>): string[] {
  return [...new Set([...shown.keys(), ...other.keys()])].flatMap((names) => {
    const [one, two] = [shown.get(names), other.get(names)].map((each) => JSON.stringify(each));
    return one === two ? [] : [`${names}: ${one}, others show ${two}`];
  });
}
