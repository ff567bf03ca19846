/** The evaluation time of each recording rule in Prometheus, for an estate of 20,000 half-edges. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { renderRules } from '../../exporter/cli/expect/render-rules.ts';
import { prometheus3 } from '../../provisioning/local/prometheus3.mjs';
import { ROOT, toolPath } from '../harness/places.ts';
import { type BenchmarkOptions, type Finding, progress } from './benchmark.ts';
import { run, start } from './child.ts';
import {
  type Estate,
  expectedOf,
  exporterSeries,
  keptSeries,
  makeEstate,
  rawSeries,
  type Times,
  WHOLE_ESTATE,
  writeOpenMetrics,
} from './estate.ts';
import { estimate } from './pairs.ts';
import { STATE } from './state.ts';

const RULES = ['musubi-edges', 'musubi-alerts'].map((name) =>
  join(ROOT, `provisioning/prometheus/rules/${name}.yaml`),
);
/** The groups that take time. */
const GROUPS = ['musubi-edges', 'musubi-watch'];
const ADDRESS = '127.0.0.1:19090';
/** Bar in seconds for a rule. */
const BAR = 1;

/** Seconds: the longest range of the rules with some margin, and the scrape interval. */
const RAW = { range: 32 * 60, step: 15 };
const KEPT = { range: 60 * 60, step: 30 };
/** Start time of the counters. */
const HISTORY = 7 * 86_400;
/** Seconds after the end of the data for which rules still find it: the look-back of 5 m, less some evaluations. */
const FRESH = 150;

interface Engine {
  readonly name: string;
  readonly prometheus: string;
}

/** Seconds of each rule, by name. */
type Taken = Map<string, number[]>;

export async function rules({ quick }: BenchmarkOptions): Promise<Finding> {
  const size = quick ? { hosts: 200, services: 50, edges: 1050 } : WHOLE_ESTATE;
  const estate = makeEstate(size);
  const evaluations = quick ? 2 : 5;
  const rows: string[][] = [];
  const raw: Record<string, unknown> = {};
  for (const engine of await engines()) {
    const taken = await measure(engine, estate, evaluations);
    raw[engine.name] = Object.fromEntries(taken);
    const medians = [...taken].map(([rule, seconds]) => ({ rule, ...estimate(seconds) }));
    const total = medians.reduce((sum, { median }) => sum + median, 0);
    const slowest = medians.sort((a, b) => b.median - a.median).slice(0, 3);
    for (const { rule, median, high } of slowest)
      rows.push([
        engine.name,
        `\`${rule}\``,
        seconds(median),
        seconds(high),
        `< ${BAR} s`,
        high < BAR ? 'met' : 'missed',
      ]);
    rows.push([engine.name, `all ${medians.length} rules, one after the other`, seconds(total), '', '', '']);
  }
  return { head: ['Prometheus', 'rule', 'median', 'slowest', 'bar', ''], rows, raw };
}

const seconds = (value: number) => `${value.toFixed(2)} s`;

async function engines(): Promise<Engine[]> {
  const built = await prometheus3({ log: progress });
  if ('missing' in built) progress(built.missing);
  return [
    { name: '2.42', prometheus: toolPath('prometheus') },
    ...('missing' in built ? [] : [{ name: '3', prometheus: built.prometheus }]),
  ];
}

/** Lets a Prometheus with the estate's last hour evaluate the rules as in production, and reads the times. */
async function measure({ name, prometheus }: Engine, estate: Estate, evaluations: number): Promise<Taken> {
  await mkdir(STATE, { recursive: true });
  const folder = await mkdtemp(join(STATE, 'rules-'));
  try {
    await load(folder, estate);
    progress(`Prometheus ${name}`);
    const server = start([
      prometheus,
      `--config.file=${await configure(folder, estate)}`,
      `--storage.tsdb.path=${folder}/data`,
      '--storage.tsdb.retention.time=90d',
      `--web.listen-address=${ADDRESS}`,
      '--log.level=error',
    ]);
    try {
      return await evaluationTimes(evaluations);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Creates blocks of data that end about now. */
async function load(folder: string, estate: Estate): Promise<void> {
  const end = Math.ceil(Date.now() / 1000 / 60) * 60 + FRESH;
  const back = ({ range, step }: typeof RAW): Times => ({ from: end - range, to: end, step });
  const file = join(folder, 'estate.txt');
  await writeOpenMetrics(file, [
    { series: rawSeries(estate, end - HISTORY), times: back(RAW) },
    { series: exporterSeries(estate, end - HISTORY), times: back(RAW) },
    { series: keptSeries(estate, end - HISTORY), times: back(KEPT) },
  ]);
  await run([toolPath('promtool'), 'tsdb', 'create-blocks-from', 'openmetrics', file, `${folder}/data`]);
  await rm(file);
  const late = Date.now() / 1000 - end;
  progress(`data loaded ${Math.round(late + FRESH)} s after its generation started`);
  // Samples newer than the present would conflict with what the rules record.
  await sleep(Math.max(0, -late) * 1000);
}

/** Everything in the estate is expected. */
async function configure(folder: string, estate: Estate): Promise<string> {
  const expected = join(folder, 'expected.yaml');
  await writeFile(expected, renderRules({ expected: expectedOf(estate), allowed: [] }));
  const path = join(folder, 'prometheus.json');
  await writeFile(path, JSON.stringify({ rule_files: [...RULES, expected] }));
  return path;
}

interface RuleGroup {
  readonly name: string;
  readonly lastEvaluation: string;
  readonly rules: readonly {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly evaluationTime: number;
    readonly lastError?: string;
  }[];
}

async function evaluationTimes(evaluations: number): Promise<Taken> {
  const taken: Taken = new Map();
  const seen = new Map(GROUPS.map((name) => [name, new Set<string>()]));
  while ([...seen.values()].some(({ size }) => size < evaluations)) {
    await sleep(1000);
    for (const { name: group, lastEvaluation, rules } of await ruleGroups()) {
      const times = seen.get(group);
      if (!times || times.has(lastEvaluation) || lastEvaluation.startsWith('0001')) continue;
      times.add(lastEvaluation);
      for (const { name, labels = {}, evaluationTime, lastError } of rules) {
        if (lastError) throw new Error(`${name}: ${lastError}`);
        const rule = [name, ...Object.values(labels)].join(' ');
        taken.set(rule, [...(taken.get(rule) ?? []), evaluationTime]);
      }
    }
  }
  return taken;
}

async function ruleGroups(): Promise<RuleGroup[]> {
  const answer = await fetch(`http://${ADDRESS}/api/v1/rules`).catch(() => undefined);
  if (!answer?.ok) return [];
  return ((await answer.json()) as { data: { groups: RuleGroup[] } }).data.groups;
}
