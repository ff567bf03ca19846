/**
 * What it costs to trace every connection, which is needed where addresses are translated: the same load with and without
 * `--nat off`, where nothing is tracked, where connections are tracked, and where each is translated.
 */
import { parseSeries } from '../harness/text-page.ts';
import { type BenchmarkOptions, type Finding, progress, withInterval } from './benchmark.ts';
import { run } from './child.ts';
import { type Exporter, startExporter } from './exporter.ts';
import { compile } from './native.ts';
import { estimate, paired, shuffled } from './pairs.ts';
import { programPath } from './programs.ts';
import { bpfSeconds, countingBpf, cpuSeconds } from './usage.ts';

const PORT = 7000;
const TARGET = 7001;
const RATE = 3000;

/** The rules of each case, in the syntax of nft(8). */
const CASES = {
  'nothing is tracked': [],
  'connections are tracked, none is translated': [
    'add chain inet bench input { type filter hook input priority 0; }',
    'add rule inet bench input ct state invalid counter',
  ],
  'each is translated': [
    'add chain inet bench output { type nat hook output priority -100; }',
    `add rule inet bench output tcp dport ${TARGET} dnat ip to 127.0.0.1:${PORT}`,
  ],
} as const;

const WAYS = { on: [], off: ['--nat', 'off'] } as const;
type Way = keyof typeof WAYS;

/** CPU seconds of one run. */
interface Cost {
  readonly process: number;
  readonly programs: number;
  /** The share of connections that are reported at the port to which they went. */
  readonly attributed: number;
}

export async function nat(options: BenchmarkOptions): Promise<Finding> {
  const [rounds, seconds] = options.quick ? [2, 2] : [4, 4];
  const load = await compile('load');
  const connections = RATE * seconds;
  const nft = programPath('nft');
  let captureInUse: string = options.capture;

  async function measure(way: Way, to: number): Promise<Cost> {
    const exporter = await startExporter(options, ['--netns', 'self', ...WAYS[way]]);
    captureInUse = exporter.capture;
    try {
      const [seen, before] = [await countOpened(exporter), spent(exporter)];
      await run([load, `${PORT}`, `${RATE}`, `${seconds}`, `${to}`]);
      await exporter.cycles(1);
      const after = spent(exporter);
      return {
        process: after.process - before.process,
        programs: after.programs - before.programs,
        attributed: ((await countOpened(exporter)) - seen) / connections,
      };
    } finally {
      await exporter.stop();
    }
  }

  const rows: string[][] = [];
  const raw: Record<string, Record<Way, Cost[]>> = {};
  for (const [name, rules] of Object.entries(CASES)) {
    const costs: Record<Way, Cost[]> = { on: [], off: [] };
    raw[name] = costs;
    await run([nft, ['add table inet bench', ...rules].join('; ')]);
    const to = name === 'each is translated' ? TARGET : PORT;
    await countingBpf(async () => {
      for (let round = 0; round < rounds; round++)
        for (const way of shuffled(['on', 'off'] as const)) {
          const cost = await measure(way, to);
          costs[way].push(cost);
          progress(`${name}, round ${round + 1} of ${rounds}, ${way}: ${JSON.stringify(cost)}`);
        }
    });
    await run([nft, 'delete table inet bench']);

    const perMillion = (way: Way, figure: (cost: Cost) => number) =>
      costs[way].map((cost) => (figure(cost) / connections) * 1e6);
    const figures = (figure: (cost: Cost) => number) => [
      withInterval(estimate(perMillion('off', figure)), 2),
      withInterval(estimate(perMillion('on', figure)), 2),
      withInterval(
        estimate(paired(perMillion('on', figure), perMillion('off', figure), (on, off) => on / off)),
        2,
      ),
    ];
    const attributed = estimate(costs.on.map(({ attributed: share }) => share * 100));
    rows.push([
      name,
      ...figures(({ programs }) => programs),
      ...figures(({ process }) => process),
      withInterval(attributed, 1, '%'),
    ]);
  }
  const head = [
    'CPU seconds per million connections',
    'eBPF programs, `--nat off`',
    'with tracing',
    'ratio',
    'agent, `--nat off`',
    'with tracing',
    'ratio',
    'attributed',
  ];
  return { head, rows, capture: captureInUse, raw: { rate: RATE, seconds, costs: raw } };
}

function spent({ pid }: Exporter): Pick<Cost, 'process' | 'programs'> {
  return { process: cpuSeconds(pid), programs: bpfSeconds(pid) };
}

/** Connections of clients to the port at which the server listens. */
async function countOpened(exporter: Exporter): Promise<number> {
  return parseSeries(await exporter.scrape(), 'service_dependency_connection_opened_total')
    .filter(({ labels }) => labels.dst_port === `${PORT}` && labels.direction === 'outbound')
    .reduce((sum, { value }) => sum + value, 0);
}
