/** What the recording rules would have written in 30 days of the estate: loaded once by promtool, and cached. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hourlySeries } from '@musubi/contract/recorded-series';
import { toolPath } from '../harness/places.ts';
import { progress } from './benchmark.ts';
import { run } from './child.ts';
import {
  type Estate,
  joinedSeries,
  makeEstate,
  type Times,
  WHOLE_ESTATE,
  writeOpenMetrics,
} from './estate.ts';
import { STATE } from './state.ts';

const STEP = 30;
const HOUR = 3600;
const DAY = 24 * HOUR;
const DAYS = 30;
/** Each process is restarted after so many days with a new pid. */
const LIFE = 7;

/** Ranges end at a time in the past, within an hour. */
export const END = Date.UTC(2026, 5, 1, 12, 40) / 1000;
const BEGIN = END - DAYS * DAY;

/** Half-minute samples are needed only at the start and end of ranges of 24 h and 30 days; others are omitted. */
const FINE = [BEGIN, END - DAY, END - HOUR].map((from) => ({ from: from - 600, to: from + HOUR + 600 }));

/** The data folder of a Prometheus with it. */
export async function recordedEstate(): Promise<string> {
  const folder = join(STATE, 'recorded-estate');
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.unfinished`;
  const text = `${folder}.txt`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const estate = makeEstate(WHOLE_ESTATE);
  for (let day = Math.floor(BEGIN / DAY); day * DAY <= END; day++) {
    progress(`loading the estate of ${new Date(day * DAY * 1000).toISOString().slice(0, 10)}`);
    await writeDay(text, restarted(estate, day), day);
    const load = ['tsdb', 'create-blocks-from', '--max-block-duration=24h', 'openmetrics', text, unfinished];
    await run([toolPath('promtool'), ...load]);
  }
  rmSync(text);
  renameSync(unfinished, folder);
  return folder;
}

/** The estate with the pids of a day; some processes restart each day. */
function restarted({ members, edges }: Estate, day: number): Estate {
  const now = new Map(
    members.map((member, at) => [
      member,
      { ...member, pid: `${100_000 * Math.floor((day + at) / LIFE) + at}` },
    ]),
  );
  const of = (member: Estate['members'][number]) => now.get(member) ?? member;
  return {
    members: [...now.values()],
    edges: edges.map((edge) => ({ ...edge, src: of(edge.src), dst: of(edge.dst) })),
  };
}

async function writeDay(path: string, estate: Estate, day: number): Promise<void> {
  const [from, to] = [Math.max(day * DAY, BEGIN - 600), Math.min((day + 1) * DAY - STEP, END + 120)];
  const fine = FINE.map((window) => within(from, to, STEP, window)).filter((times) => times.from <= times.to);
  const hours = within(from, to, HOUR);
  await writeOpenMetrics(path, [
    ...fine.map((times) => ({ series: joinedSeries(estate, BEGIN, STEP), times })),
    { series: joinedSeries(estate, BEGIN, HOUR, hourlySeries), times: hours },
  ]);
}

function within(from: number, to: number, step: number, window = { from, to }): Times {
  const [begin, end] = [Math.max(from, window.from), Math.min(to, window.to)];
  return { from: Math.ceil(begin / step) * step, to: Math.floor(end / step) * step, step };
}
