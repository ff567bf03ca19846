/** A synthetic past: hours of scrapes, available at once. */

/** Seconds between two scrapes. */
export const SCRAPE = 15;

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

/** OpenMetrics text of both half-edges of some dependencies, as scraped from `begin` to `end` (unix seconds). */
export function pastOf(dependencies: readonly PastDependency[], begin: number, end: number): string {
  const lines = new Map<string, string[]>(
    Object.entries(METRICS).map(([name, [type]]) => [name, [`# TYPE ${name} ${type}`]]),
  );
  for (const { name, port, at, labels } of dependencies) {
    const client = `10.0.${port % 256}.1`;
    const server = `10.0.${port % 256}.2`;
    const pair = { network_transport: 'tcp', dst_port: `${port}`, src_address: client, dst_address: server };
    const halves = [
      { instance: `${name}1`, direction: 'outbound', src_service: `${name}-client`, src_host: `${name}1` },
      { instance: `${name}2`, direction: 'inbound', dst_service: `${name}-server`, dst_host: `${name}2` },
    ];
    for (const half of halves) {
      for (let time = begin; time <= end; time += SCRAPE) {
        const sample = at(time);
        if (!sample) continue;
        const job = { job: 'musubi', instance: half.instance };
        for (const [metric, [, suffix, value]] of Object.entries(METRICS)) {
          const all = metric.startsWith('musubi') ? job : { ...job, ...pair, ...half, ...labels };
          const text = Object.entries(all).map(([label, each]) => `${label}=${JSON.stringify(each)}`);
          const line = `${metric}${suffix}{${text}} ${value({ lastSeen: time, ...sample })} ${time}`;
          lines.get(metric)?.push(line);
        }
      }
    }
  }
  return `${[...lines.values()].flat().join('\n')}\n# EOF\n`;
}
