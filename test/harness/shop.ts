import { RECORDED } from '@musubi/contract/recorded-series';

/** The synthetic estate of a shop: what its exporters reported in the last half hour, and what the rules record of it, as OpenMetrics text. */

const STEP = 15;
const EVALUATION = 30;
const SETTLE = 60;
const DURATION = 30 * 60;

interface ServiceInstance {
  readonly host: string;
  readonly address: string;
  readonly process: string;
  readonly pid: number;
}

const INSTANCES: Readonly<Record<string, ServiceInstance>> = {
  web: { host: 'edge-1', address: '10.0.0.1', process: 'nginx', pid: 811 },
  shop: { host: 'app-1', address: '10.0.1.1', process: 'node', pid: 2210 },
  cart: { host: 'app-1', address: '10.0.1.1', process: 'node', pid: 2304 },
  search: { host: 'app-2', address: '10.0.1.2', process: 'java', pid: 977 },
  payments: { host: 'app-2', address: '10.0.1.2', process: 'payments', pid: 1102 },
  postgres: { host: 'db-1', address: '10.0.2.1', process: 'postgres', pid: 640 },
  redis: { host: 'db-2', address: '10.0.2.2', process: 'redis-server', pid: 655 },
  elasticsearch: { host: 'db-2', address: '10.0.2.2', process: 'java', pid: 702 },
  kafka: { host: 'db-3', address: '10.0.2.3', process: 'java', pid: 733 },
  report: { host: 'db-3', address: '10.0.2.3', process: 'python3', pid: 9120 },
};

/** Client, server, port, and KiB a second. */
const CALLS: readonly (readonly [string, string, number, number])[] = [
  ['web', 'shop', 8080, 900],
  ['web', 'search', 9000, 300],
  ['shop', 'cart', 8081, 220],
  ['shop', 'search', 9000, 120],
  ['shop', 'payments', 8443, 40],
  ['shop', 'postgres', 5432, 410],
  ['cart', 'redis', 6379, 510],
  ['cart', 'kafka', 9092, 60],
  ['search', 'elasticsearch', 9200, 700],
  ['payments', 'postgres', 5432, 30],
  ['payments', 'kafka', 9092, 20],
  ['report', 'postgres', 5432, 1200],
];

/** @param now unix seconds of the last sample */
export function shopHistory(now: number): string {
  const families = new Map<string, string[]>();
  const add = (
    name: string,
    labels: Readonly<Record<string, string>>,
    value: (seconds: number) => number,
  ) => {
    const [family = '', type] = name.endsWith('_total') ? [name.slice(0, -6), 'counter'] : [name, 'gauge'];
    const lines = families.get(family) ?? [`# TYPE ${family} ${type}`];
    families.set(family, lines);
    const text = Object.entries(labels).map(([label, each]) => `${label}="${each}"`);
    for (let since = 0; since <= DURATION; since += STEP)
      lines.push(`${name}{${text.join(',')}} ${value(since)} ${now - DURATION + since}`);
  };
  /** A series of the recording rules, which evaluate the time a minute before. */
  const addRecorded = (
    name: string,
    labels: Readonly<Record<string, string>>,
    value: (seconds: number) => number,
  ) => {
    const lines = families.get(name) ?? [`# TYPE ${name} gauge`];
    families.set(name, lines);
    const text = Object.entries(labels).map(([label, each]) => `${label}="${each}"`);
    for (let since = EVALUATION; since <= DURATION; since += EVALUATION)
      lines.push(`${name}{${text.join(',')}} ${value(since)} ${now - DURATION + since + SETTLE}`);
  };
  addRecorded(RECORDED.evaluationTimestamp, {}, (since) => now - DURATION + since + SETTLE);
  for (const [source, destination, port, rate] of CALLS) {
    const [src, dst] = [INSTANCES[source], INSTANCES[destination]];
    if (!src || !dst) throw new Error(`${source} or ${destination} is not in the estate`);
    const common = {
      job: 'musubi',
      network_transport: 'tcp',
      dst_port: `${port}`,
      src_address: src.address,
      dst_address: dst.address,
    };
    const halfEdges = [
      { ...common, direction: 'outbound', instance: src.host, ...endpointLabels('src', source, src) },
      { ...common, direction: 'inbound', instance: dst.host, ...endpointLabels('dst', destination, dst) },
    ];
    const edge = {
      ...common,
      ...endpointLabels('src', source, src),
      ...endpointLabels('dst', destination, dst),
    };
    const { src_pid: _, dst_pid: __, ...counted } = edge as Record<string, string>;
    const opened = (since: number) => Math.floor((since * rate) / 100);
    addRecorded(RECORDED.edgeLastSeen, { ...edge, observer: 'both' }, (since) => now - DURATION + since);
    addRecorded(RECORDED.edgeActiveConnections, counted, () => 1 + (rate % 7));
    addRecorded(
      RECORDED.edgeConnectionsOpened,
      counted,
      (since) => opened(since) - opened(since - EVALUATION),
    );
    for (const halfEdge of halfEdges) {
      const ioDirection = halfEdge.direction === 'outbound' ? 'receive' : 'transmit';
      add('service_dependency_last_seen_seconds', halfEdge, (since) => now - DURATION + since);
      add('service_dependency_active_connections', halfEdge, () => 1 + (rate % 7));
      add('service_dependency_connection_opened_total', halfEdge, opened);
      add('service_dependency_tcp_rtt_seconds', halfEdge, () => 0.0004);
      add(
        'service_dependency_io_bytes_total',
        { ...halfEdge, network_io_direction: ioDirection },
        (since) => since * rate * 1024,
      );
    }
  }
  return `${[...families.values()].flat().join('\n')}\n# EOF\n`;
}

const endpointLabels = (side: 'src' | 'dst', service: string, { host, process, pid }: ServiceInstance) => ({
  [`${side}_service`]: service,
  [`${side}_host`]: host,
  [`${side}_process`]: process,
  [`${side}_pid`]: `${pid}`,
});
