/** The CPU time that the exporter and other tools need to observe a million short connections. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseSeries } from '../harness/text-page.ts';
import { type BenchmarkOptions, type Finding, progress, withInterval } from './benchmark.ts';
import { run, start } from './child.ts';
import { type Exporter, startExporter } from './exporter.ts';
import { compile } from './native.ts';
import { estimate, paired, shuffled } from './pairs.ts';
import { programPath } from './programs.ts';
import { bpfSeconds, countingBpf, cpuSeconds, systemCpuSeconds } from './usage.ts';

const PORT = 7000;
const RATE = 3000;

/** A program that observes connections. */
interface Watcher {
  readonly pid: number;
  /** The number of connections to the load's server that it has reported so far, if it counts them. */
  seen?(): Promise<number>;
  stop(): Promise<void>;
}

/** CPU seconds of one run. */
interface Cost {
  /** Of the observing processes. */
  readonly own: number;
  /** Of the whole machine, the load included. */
  readonly system: number;
  /** Of the eBPF programs that the processes hold, if the kernel counts it. */
  readonly bpf: number;
  /** The share of connections that it has reported. */
  readonly seen?: number;
}

export async function cpu(options: BenchmarkOptions): Promise<Finding> {
  const { capture, quick } = options;
  const [rounds, seconds] = quick ? [2, 4] : [3, 12];
  const load = await compile('load');
  const millions = (RATE * seconds) / 1e6;
  let captureInUse = capture;

  const watchers: Readonly<Record<string, () => Promise<Watcher | undefined>>> = {
    nothing: async () => undefined,
    musubi: async () => {
      const exporter = await startExporter(options);
      captureInUse = exporter.capture;
      return { ...exporter, seen: () => countOpened(exporter) };
    },
    'conntrack -E': () => startConntrack([]),
    'conntrack -E -e NEW': () => startConntrack(['-e', 'NEW']),
    'ss -tnp, each second': async () => startPolling('ss -tnp'),
  };

  async function measure(name: string): Promise<Cost> {
    const watcher = await watchers[name]?.();
    try {
      const seenBefore = await watcher?.seen?.();
      const own = () => (watcher ? cpuSeconds(watcher.pid) : 0);
      const [ownBefore, systemBefore] = [own(), systemCpuSeconds()];
      await run([load, `${PORT}`, `${RATE}`, `${seconds}`]);
      const cost = { own: own() - ownBefore, system: systemCpuSeconds() - systemBefore };
      const bpf = watcher ? bpfSeconds(watcher.pid) : 0;
      const seen = await watcher?.seen?.();
      if (seen === undefined) return { ...cost, bpf };
      return { ...cost, bpf, seen: (seen - (seenBefore ?? 0)) / (RATE * seconds) };
    } finally {
      await watcher?.stop();
    }
  }

  const names = Object.keys(watchers);
  const costs: Record<string, Cost[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of shuffled(names)) {
      const cost = await measure(name);
      costs[name]?.push(cost);
      progress(`round ${round + 1} of ${rounds}: ${name}: ${(cost.own / millions).toFixed(1)} s per million`);
    }
  }
  const bpf = (await countingBpf(() => measure('musubi')))?.bpf;

  /** A figure of each round, per million connections. */
  const perMillion = (name: string, figure: (cost: Cost) => number) =>
    (costs[name] ?? []).map((cost) => figure(cost) / millions);
  const own = (name: string) => perMillion(name, (cost) => cost.own);
  const system = (name: string) => perMillion(name, (cost) => cost.system);
  const beyondLoad = (name: string) =>
    paired(system(name), system('nothing'), (one, nothing) => one - nothing);
  const inKernel = (bpf ?? 0) / millions;
  const withKernel = own('musubi').map((seconds) => seconds + inKernel);

  const seen = (costs.musubi ?? []).flatMap((cost) => (cost.seen === undefined ? [] : [cost.seen * 100]));
  const rows = [
    [
      'musubi',
      withInterval(estimate(own('musubi')), 1),
      inKernel > 0 ? inKernel.toFixed(2) : '–',
      withInterval(estimate(beyondLoad('musubi')), 1),
      '–',
      withInterval(estimate(seen), 1, '%'),
    ],
    ...names
      .filter((name) => name !== 'nothing' && name !== 'musubi')
      .map((name) => [
        name,
        withInterval(estimate(own(name)), 1),
        '–',
        withInterval(estimate(beyondLoad(name)), 1),
        withInterval(estimate(paired(withKernel, own(name), (one, other) => one / other)), 2),
        'not counted',
      ]),
  ];
  const head = [
    'CPU seconds per million connections',
    'its processes',
    'its eBPF programs',
    'whole machine, beyond the load’s own',
    'musubi ÷ this',
    'connections reported',
  ];
  return { head, rows, capture: captureInUse, raw: { rate: RATE, seconds, costs, bpf } };
}

/** By the endpoint that reports more: a polling capture finds most of them in TIME_WAIT, which one endpoint has. */
async function countOpened(exporter: Exporter): Promise<number> {
  await exporter.cycles(1);
  const opened = parseSeries(await exporter.scrape(), 'service_dependency_connection_opened_total');
  const byEnd = ['inbound', 'outbound'].map((direction) =>
    opened
      .filter(({ labels }) => labels.dst_port === `${PORT}` && labels.direction === direction)
      .reduce((sum, { value }) => sum + value, 0),
  );
  return Math.max(...byEnd);
}

/**
 * A network namespace tracks connections only while a rule requires it; without one, conntrack has nothing to
 * report.
 */
async function startConntrack(flags: readonly string[]): Promise<Watcher> {
  const nft = programPath('nft');
  const rules = [
    'add table inet bench',
    'add chain inet bench input { type filter hook input priority 0; }',
    'add rule inet bench input ct state invalid counter',
  ];
  await run([nft, rules.join('; ')]);
  // A receive buffer for what arrives in the meantime: without it, events would be lost, and the work with them.
  const buffer = ['--buffer-size', `${8 << 20}`];
  const { pid, stop } = start([programPath('conntrack'), '-E', ...flags, ...buffer], { discard: true });
  await sleep(500);
  return {
    pid,
    async stop() {
      await stop('SIGINT');
      await run([nft, 'delete', 'table', 'inet', 'bench']);
    },
  };
}

/** The shell waits without another program, and its CPU time includes that of the programs it ran. */
function startPolling(command: string): Watcher {
  const loop = `while read -rt 1; (($? > 128)); do ${command} > /dev/null; done`;
  const { pid, stop } = start([programPath('bash'), '-c', loop], { discard: true });
  return { pid, stop };
}
