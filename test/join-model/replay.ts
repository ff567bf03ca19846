/** Replays a world: agents run, their metrics are scraped, and the rules are evaluated, each at its time. */
import { prometheusLabel, prometheusName } from '@musubi/contract/prometheus-name';
import type { Attributes } from '../../exporter/agent/metrics/edge-attributes.ts';
import { attributesKey } from '../../exporter/agent/metrics/edge-attributes.ts';
import { type Agent, createAgent } from './agent.ts';
import type { Labels, Store } from './store.ts';
import { type Host, isIn, type World } from './world.ts';

/** Seconds between cycles of an agent, scrapes, and evaluations. */
export const CYCLE = 15;
export const SCRAPE = 15;
export const EVALUATION = 30;

/** Groups of the rule files with their interval and the second of it in which they are evaluated. */
export const GROUPS = [
  { name: 'musubi-edges', interval: EVALUATION, delay: 11 },
  { name: 'musubi-watch', interval: EVALUATION, delay: 23 },
  { name: 'musubi-edges-hourly', interval: 3600, delay: 427 },
] as const;

/** What the store knows of one agent: when it ran a cycle, and when the results of it arrived. */
export interface Report {
  readonly host: Host;
  /** The start of the agent that ran the cycle. */
  readonly started: number;
  readonly cycle: number;
  /** Undefined until it is scraped. */
  arrived?: number;
}

interface Target {
  readonly host: Host;
  readonly job: string;
  present: Set<number>;
}

/** Resolves to the cycles of all agents. `base` is the start of the history in unix seconds; `empty` an empty folder. */
export async function replay(world: World, store: Store, base: number, empty: string): Promise<Report[]> {
  const number = createNumbers(store);
  const agents = new Map<Host, Agent>();
  const reports: Report[] = [];
  const unread = new Map<Host, Report[]>();
  const targets = world.hosts.flatMap((host) =>
    host.agent.length === 0 ? [] : host.jobs.map((job): Target => ({ host, job, present: new Set() })),
  );

  async function cycle(host: Host, time: number) {
    const span = host.agent.find((each) => isIn(time, each));
    if (!span || (time - span.from) % CYCLE !== 0) return;
    if (time === span.from) {
      agents.set(host, createAgent(world, host, time, base, empty));
      unread.set(host, []);
    }
    await agents.get(host)?.cycle(time);
    const report = { host, started: span.from, cycle: time };
    reports.push(report);
    unread.get(host)?.push(report);
  }

  function scrape(target: Target, time: number) {
    const { host, job, present } = target;
    const own = { job, instance: host.name };
    const agent = host.agent.some((span) => isIn(time, span)) ? agents.get(host) : undefined;
    const page =
      agent && !host.unreachable.some((span) => isIn(time, span))
        ? pageOf(agent, host, own, number)
        : undefined;
    const values: (number | null)[] = [number('up', own), page ? 1 : 0];
    for (const [series, value] of page ?? []) values.push(series, value);
    for (const series of present) if (!page?.has(series)) values.push(series, null);
    target.present = new Set(page?.keys());
    store.append((base + time) * 1000, values);
    if (!page) return;
    for (const report of unread.get(host) ?? []) report.arrived ??= time;
    unread.set(host, []);
  }

  for (let time = 0; time < world.length; time++) {
    for (const host of world.hosts) await cycle(host, time);
    for (const target of targets) if (time % SCRAPE === target.host.scrapeDelay) scrape(target, time);
    if (world.halted.some((span) => isIn(time, span))) continue;
    for (const { name, interval, delay } of GROUPS)
      if (time % interval === delay) store.evaluate((base + time) * 1000, name);
  }
  return reports;
}

/** The number of a series, which is defined in the store when it is first used. */
type NumberOf = (name: string, labels: Labels) => number;

function createNumbers(store: Store): NumberOf {
  const numbers = new Map<string, number>();
  return (name, labels) => {
    const key = JSON.stringify([name, labels]);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    store.define(numbers.size - 1, { __name__: name, ...labels });
    return numbers.size - 1;
  };
}

function pageOf(agent: Agent, host: Host, own: Labels, number: NumberOf): Map<number, number> {
  const page = new Map<number, number>();
  for (const { definition, points } of agent.families()) {
    const name = prometheusName(definition);
    for (const { attributes, more, value } of points)
      if (typeof value === 'number') page.set(number(name, { ...own, ...labelsOf(attributes, more) }), value);
  }
  page.set(number('target_info', { ...own, host_name: host.name }), 1);
  return page;
}

const known = new WeakMap<Attributes, Labels>();

function labelsOf(attributes: Attributes, more?: Attributes): Labels {
  const labels = known.get(attributes) ?? toLabels(attributes);
  known.set(attributes, labels);
  return more ? { ...labels, ...toLabels(more) } : labels;
}

const toLabels = (attributes: Attributes): Labels =>
  Object.fromEntries(
    (JSON.parse(attributesKey(attributes)) as [string, unknown][]).map(([name, value]) => [
      prometheusLabel(name),
      `${value}`,
    ]),
  );
