/**
 * What a reader must and may show of a range. It is exact, except for what happens near the ends of the range: when a
 * connection is recorded depends on scrapes and evaluations.
 */

import type { Range } from './command.ts';
import { CYCLE, EVALUATION, SCRAPE } from './replay.ts';
import { type Known, type Names, SETTLE } from './truth.ts';
import { type Host, isIn, type Span, type World } from './world.ts';

/** What a reader shows of an edge. Times are in seconds since the start of the history. */
export interface Shown {
  readonly opened: number;
  readonly failed: number;
  /** At the end of the range. */
  readonly open: number;
  readonly lastSeen: number;
}

/** What is wrong with the edges that a reader shows of a range. */
export function contradictionsIn(
  shown: ReadonlyMap<Names, Shown>,
  world: World,
  known: readonly Known[],
  range: Range,
): string[] {
  return [
    ...wrongCounts(shown, known, range, 'opened'),
    ...wrongCounts(shown, known, range, 'failed'),
    ...wrongUse(shown, world, known, range),
    ...wrongOpen(shown, world, known, range),
  ].sort();
}

function wrongCounts(
  shown: ReadonlyMap<Names, Shown>,
  known: readonly Known[],
  [from, to]: Range,
  figure: 'opened' | 'failed',
): string[] {
  const begin = from + SETTLE;
  const end = to + SETTLE;
  const most = counter<Names>();
  const sure = { source: counter<Names>(), destination: counter<Names>() };
  /** Of connections with several possible names, by all of these. */
  const any = { source: counter<string>(), destination: counter<string>() };
  for (const { names, recorded, bySource, byDestination, isCounted, connection } of known) {
    if (!isCounted || connection.failed !== (figure === 'failed')) continue;
    if (recorded.until <= begin || recorded.from > end) continue;
    for (const each of names) most.add(each);
    // One that was used before the range, and became known within it, is not shown if the edge was unused since.
    if (recorded.from <= begin || recorded.until > end || connection.at < from) continue;
    const sums = names.length === 1 ? sure : any;
    const key = names.join(OR);
    if (bySource) sums.source.add(key);
    if (byDestination) sums.destination.add(key);
  }
  const wrong: string[] = [];
  for (const [name, { [figure]: count }] of shown)
    if (count > most.of(name)) wrong.push(`${name}: ${count} ${figure}, at most ${most.of(name)}`);
  for (const sums of [sure.source, sure.destination, any.source, any.destination])
    for (const [key, least] of sums.all) {
      const sum = key.split(OR).reduce((total, name) => total + (shown.get(name)?.[figure] ?? 0), 0);
      if (sum < least) wrong.push(`${key}: ${sum} ${figure}, at least ${least}`);
    }
  return [...new Set(wrong)];
}

const OR = ' or ';

function counter<Key>() {
  const all = new Map<Key, number>();
  return {
    all,
    of: (key: Key) => all.get(key) ?? 0,
    add: (key: Key) => void all.set(key, (all.get(key) ?? 0) + 1),
  };
}

/** The edges that may have been in use in a range, with their latest last use, and those that were, with the earliest. */
export function useIn(world: World, known: readonly Known[], [from, to]: Range) {
  const earliest = new Map<Names, number>();
  const latest = new Map<Names, number>();
  for (const { names, recorded, isCounted, connection } of known) {
    const { at, until, client, server } = connection;
    const lastUse = Math.min(to, until + CYCLE);
    if (lastUse >= from && recorded.from <= to + SETTLE)
      for (const name of names) latest.set(name, Math.max(latest.get(name) ?? 0, lastUse));
    const [name, ...others] = names;
    if (others.length > 0) continue;
    const isOpened = isCounted && at >= from && recorded.until <= to + SETTLE;
    const isHeld =
      at <= from &&
      until >= to &&
      to - from >= QUIET &&
      isReported(world, [client.host, server.host], from, to);
    if (isOpened || isHeld) earliest.set(name, Math.max(earliest.get(name) ?? 0, at, isHeld ? from : 0));
  }
  return { earliest, latest };
}

function wrongUse(
  shown: ReadonlyMap<Names, Shown>,
  world: World,
  known: readonly Known[],
  range: Range,
): string[] {
  const { earliest, latest } = useIn(world, known, range);
  // Clocks of hosts are corrected by what their samples show.
  const skew = world.hosts.some((host) => host.skew !== 0) ? CYCLE + SCRAPE : 0;
  const wrong: string[] = [];
  for (const [name, { lastSeen }] of shown) {
    const most = latest.get(name);
    if (most === undefined) wrong.push(`${name}: in use, never was`);
    else if (lastSeen > most + skew) wrong.push(`${name}: last seen ${lastSeen}, at most ${most}`);
    const least = earliest.get(name);
    if (least !== undefined && lastSeen < least - skew)
      wrong.push(`${name}: last seen ${lastSeen}, at least ${least}`);
  }
  for (const name of earliest.keys()) if (!shown.has(name)) wrong.push(`${name}: not in use, was`);
  return wrong;
}

/** After which the last cycle, its scrape and the evaluation of both are done. */
const QUIET = CYCLE + SCRAPE + 2 * EVALUATION;

/** Whether all agents of these hosts report all the time, and the rules join it; at least one of the hosts has an agent. */
function isReported(world: World, hosts: readonly Host[], from: number, to: number): boolean {
  const agents = hosts.filter(({ agent }) => agent.length > 0);
  const overlaps = (span: Span) => span.from <= to + SETTLE && span.until >= from;
  return (
    agents.length > 0 &&
    !world.halted.some(overlaps) &&
    agents.every(
      ({ agent, unreachable }) =>
        agent.some((span) => isIn(from, span) && isIn(to, span)) && !unreachable.some(overlaps),
    )
  );
}

/** The open connections at the end of the range, where nothing changed for a while. */
function wrongOpen(shown: ReadonlyMap<Names, Shown>, world: World, known: readonly Known[], [, to]: Range) {
  const byName = Map.groupBy(
    known.flatMap((each) => each.names.map((name) => ({ ...each, name }))),
    ({ name }) => name,
  );
  const wrong: string[] = [];
  for (const [name, { open }] of shown) {
    const all = byName.get(name) ?? [];
    const isQuiet = all.every(
      ({ names, connection: { at, until, client, server } }) =>
        names.length === 1 &&
        [at, until].every((time) => time < to - QUIET || time > to + SETTLE) &&
        isReported(world, [client.host, server.host], Math.max(0, to - QUIET), to),
    );
    const expected = all.filter(({ connection: { at, until } }) => at <= to && until > to).length;
    if (isQuiet && open !== expected) wrong.push(`${name}: ${open} open, ${expected} are`);
  }
  return wrong;
}
