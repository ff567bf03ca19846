import { RECORDED } from '@musubi/contract/recorded-series';

/** A synthetic past: hours of scrapes and of evaluations of the recording rules, available at once. */

/** Seconds between two scrapes. */
export const SCRAPE = 15;
/** Seconds between two evaluations, of the time a minute before. */
const EVALUATION = 30;
const SETTLE = 60;

/** What both exporters report about a dependency in one scrape. */
interface Sample {
  readonly opened: number;
  readonly open?: number;
  /** Unix seconds; by default that of the scrape. */
  readonly lastSeen?: number;
}

/** A dependency `NAME-client` → `NAME-server`, each on a host of its own. */
export interface PastDependency {
  readonly name: string;
  readonly port: number;
  /** What a scrape contains; nothing if undefined. */
  readonly at: (unixSeconds: number) => Sample | undefined;
  /** Further labels of both half-edges. */
  readonly labels?: Readonly<Record<string, string>>;
}

const METRICS = {
  service_dependency_connection_opened: ['counter', '_total', ({ opened }: Sample) => opened],
  service_dependency_active_connections: ['gauge', '', ({ open = 1 }: Sample) => open],
  service_dependency_last_seen_seconds: ['gauge', '', ({ lastSeen }: Sample) => lastSeen],
  musubi_collection_cycles: ['counter', '_total', ({ opened }: Sample) => opened],
} as const;

type Labels = Readonly<Record<string, string>>;

/** Collects OpenMetrics lines by metric family. */
function createPage() {
  const families = new Map<string, string[]>();
  return {
    add(family: string, name: string, labels: Labels, value: number | undefined, time: number) {
      const text = Object.entries(labels).map(([label, each]) => `${label}=${JSON.stringify(each)}`);
      const lines = families.get(family) ?? [];
      families.set(family, lines);
      lines.push(`${name}{${text}} ${value} ${time}`);
    },
    text: () =>
      `${[...families]
        .flatMap(([family, lines]) => {
          const [type] = METRICS[family as keyof typeof METRICS] ?? ['gauge'];
          return [`# TYPE ${family} ${type}`, ...lines];
        })
        .join('\n')}\n# EOF\n`,
  };
}
type Page = ReturnType<typeof createPage>;

/**
 * OpenMetrics text of both half-edges of some dependencies, as scraped from `begin` to `end` (unix seconds), and of their
 * edges, as the rules record them.
 */
export function pastOf(dependencies: readonly PastDependency[], begin: number, end: number): string {
  const page = createPage();
  for (const dependency of dependencies) {
    addScrapes(page, dependency, begin, end);
    addEvaluations(page, dependency, begin, end);
  }
  for (let time = begin + SETTLE; time <= end + SETTLE; time += EVALUATION)
    page.add(RECORDED.evaluationTimestamp, RECORDED.evaluationTimestamp, {}, time, time);
  return page.text();
}

function addressesOf({ port }: PastDependency): Labels {
  return {
    network_transport: 'tcp',
    dst_port: `${port}`,
    src_address: `10.0.${port % 256}.1`,
    dst_address: `10.0.${port % 256}.2`,
  };
}
const sourceOf = ({ name }: PastDependency) => ({ src_service: `${name}-client`, src_host: `${name}1` });
const destinationOf = ({ name }: PastDependency) => ({ dst_service: `${name}-server`, dst_host: `${name}2` });

function addScrapes(page: Page, dependency: PastDependency, begin: number, end: number): void {
  const { name, at, labels } = dependency;
  const halves = [
    { instance: `${name}1`, direction: 'outbound', ...sourceOf(dependency) },
    { instance: `${name}2`, direction: 'inbound', ...destinationOf(dependency) },
  ];
  for (const half of halves) {
    const job = { job: 'musubi', instance: half.instance };
    const all = { ...job, ...addressesOf(dependency), ...half, ...labels };
    for (let time = begin; time <= end; time += SCRAPE) {
      const sample = at(time);
      if (!sample) continue;
      for (const [metric, [, suffix, value]] of Object.entries(METRICS)) {
        const those = metric.startsWith('musubi') ? job : all;
        page.add(metric, `${metric}${suffix}`, those, value({ lastSeen: time, ...sample }), time);
      }
    }
  }
}

/** Counts are the changes between two evaluations. A counter that is there at `begin` is older than the rules. */
function addEvaluations(page: Page, dependency: PastDependency, begin: number, end: number): void {
  const { at, labels } = dependency;
  const edge = {
    ...addressesOf(dependency),
    ...sourceOf(dependency),
    ...destinationOf(dependency),
    ...labels,
  };
  let known = at(begin)?.opened ?? 0;
  for (let time = begin; time <= end; time += EVALUATION) {
    const evaluated = time + SETTLE;
    let opened = 0;
    for (let scrape = Math.max(begin, time - EVALUATION + SCRAPE); scrape <= time; scrape += SCRAPE) {
      const count = at(scrape)?.opened ?? known;
      opened += count < known ? count : count - known;
      known = count;
    }
    const sample = at(time) ?? (opened > 0 ? at(time - SCRAPE) : undefined);
    if (!sample) continue;
    const { open = 1, lastSeen = time } = sample;
    const add = (series: string, value: number, more = {}) =>
      page.add(series, series, { ...edge, ...more }, value, evaluated);
    add(RECORDED.edgeLastSeen, open > 0 ? time : lastSeen, { observer: 'both' });
    add(RECORDED.edgeActiveConnections, open);
    if (opened > 0) add(RECORDED.edgeConnectionsOpened, opened);
  }
}
