/** Whatever is observed, and however it is named, folded and limited: no connection is lost, and none is counted twice. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createProcTree, type ProcTree } from '../../test/fixtures/proc-tree.ts';
import type { Direction, Listener, Observation, Transport } from './capture/capture.ts';
import { parseRules } from './identify/rules.ts';
import { createPipeline, type Pipeline, type PipelineConfig } from './pipeline.ts';

const NAMESPACES = [7, 8] as const;
const PIDS = [20, 21, 22, 30, 31, 40];
const PORTS = [80, 5000, 6379];
const LOCAL = ['10.0.0.1', '172.17.0.2'] as const;
const ADDRESSES = ['127.0.0.1', '::1', ...LOCAL, '10.0.0.8', '10.0.0.9', 'fd00::9', '8.8.8.8', '9.9.9.9'];
const PROGRAMS = [
  'api\0',
  'redis\0',
  'python3\0/srv/job.py\0',
  'socat\0TCP-LISTEN:5000,fork\0TCP:127.0.0.1:6379\0',
  'socat\0TCP-LISTEN:5000,fork\0TCP:localhost:80\0',
  'socat\0TCP-LISTEN:80,fork\0TCP:10.0.0.9:6379\0',
  'socat\0TCP-LISTEN:80,fork\0TCP:db.test:6379\0',
];
const RULES = [
  [],
  [{ match: { command: 'api' }, service: 'front' }],
  [{ match: { port: 80 }, service: 'web' }],
];
const EXPIRATION = 60_000;
const CONFIG: PipelineConfig = {
  ...{ site: undefined, rules: [], internet: 'fold' },
  ...{ edgeExpiration: EXPIRATION, maxServices: 2, maxEdges: 3 },
  networks: [{ cidr: '9.9.9.0/24', name: 'partner' }],
};

/** What can happen between two cycles. */
type Event =
  | { readonly kind: 'connect'; readonly socket: Socket; readonly count: number; readonly failed: number }
  | { readonly kind: 'open'; readonly socket: Socket; readonly open: number }
  | { readonly kind: 'forward'; readonly client: Socket; readonly count: number; readonly failed: number }
  | { readonly kind: 'scan'; readonly socket: Socket; readonly ports: number }
  | { readonly kind: 'run' | 'exit' | 'reconfigure'; readonly pid: number; readonly program: number }
  | { readonly kind: 'listen'; readonly netns: number; readonly pid: number; readonly port: number }
  | { readonly kind: 'listen no more' | 'restart the capture' | 'remove idle records' }
  | { readonly kind: 'skip'; readonly netns: number }
  | { readonly kind: 'wait'; readonly ms: number };

type Socket = Pick<
  Observation,
  'netns' | 'transport' | 'direction' | 'localAddress' | 'remoteAddress' | 'port' | 'pid'
>;

const pid = fc.constantFrom(...PIDS);
const netns = fc.constantFrom(...NAMESPACES);
const socket: fc.Arbitrary<Socket> = fc.record({
  netns,
  transport: fc.constantFrom<Transport>('tcp', 'tcp', 'tcp', 'udp'),
  direction: fc.constantFrom<Direction>('outbound', 'outbound', 'inbound', 'unknown'),
  localAddress: fc.constantFrom('127.0.0.1', '::1', ...LOCAL, '0.0.0.0'),
  remoteAddress: fc.constantFrom(...ADDRESSES),
  port: fc.constantFrom(...PORTS),
  pid: fc.option(pid, { nil: undefined }),
});
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('connect' as const),
      socket,
      count: fc.nat(3),
      failed: fc.nat(3),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('open' as const), socket, open: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('forward' as const),
      client: socket,
      count: fc.nat(3),
      failed: fc.nat(3),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('scan' as const), socket, ports: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('run' as const, 'run' as const, 'exit' as const, 'reconfigure' as const),
      pid,
      program: fc.nat(PROGRAMS.length - 1),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('listen' as const),
      netns,
      pid,
      port: fc.constantFrom(...PORTS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'listen no more' as const,
        'restart the capture' as const,
        'remove idle records' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('skip' as const), netns }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(1000, EXPIRATION, 2 * EXPIRATION, 3_700_000),
    }),
  },
);

let proc: ProcTree;
/** The command lines of the running processes. */
let running: Map<number, string>;

beforeEach(() => {
  running = new Map();
  const net = (address: string) => ({ fib_trie: `  |-- ${address}\n     /32 host LOCAL\n` });
  proc = createProcTree({
    1: { comm: 'init\n', netns: 7, net: net(LOCAL[0]) },
    2: { comm: 'pause\n', netns: 8, net: net(LOCAL[1]) },
  });
});
afterEach(() => proc[Symbol.dispose]());

function run(pid: number, cmdline: string): void {
  if (running.get(pid) === cmdline) return;
  running.set(pid, cmdline);
  proc.start(pid, { comm: `${cmdline.split('\0')[0]}\n`, cmdline, netns: 7 });
}

function exit(pid: number): void {
  if (running.delete(pid)) proc.exit(pid);
}

function listenerOf({ netns, pid, port }: { netns: number; pid: number; port: number }): Listener {
  return { netns, pid, port, transport: 'tcp', address: '0.0.0.0', ipv6Only: false };
}

/** A host whose sockets change with the events, and all that it has counted. */
class Host {
  now = 1_700_000_000_000;
  listeners: Listener[] = [];
  skipped = new Set<number>();
  records = new Map<string, Observation>();
  /** Connections and failures that the capture has reported, by the model. */
  opened = 0;
  failed = 0;
  /** The last value of each exported counter, by series and lifetime. */
  readonly exported = new Map<string, number>();
  readonly #unread = new Map<number, { opened: number; failed: number }>();
  #ids = 0;

  apply(event: Event, pipeline: Pipeline): void {
    if (event.kind === 'connect') this.#count(event.socket, event.count, event.failed, 0);
    else if (event.kind === 'open') this.#count(event.socket, event.open, 0, event.open);
    else if (event.kind === 'forward') this.#forward(event);
    else if (event.kind === 'scan') this.#scan(event.socket, event.ports);
    else if (event.kind === 'run') run(event.pid, PROGRAMS[event.program] ?? '');
    else if (event.kind === 'exit') exit(event.pid);
    else if (event.kind === 'listen') this.listeners.push(listenerOf(event));
    else if (event.kind === 'listen no more') this.listeners = [];
    else if (event.kind === 'restart the capture') this.#restartCapture();
    else if (event.kind === 'remove idle records') this.#removeIdle();
    else if (event.kind === 'skip') this.skipped.add(event.netns);
    else if (event.kind === 'wait') this.now += event.ms;
    else if (event.kind === 'reconfigure')
      pipeline.reconfigure({ ...CONFIG, rules: parseRules(RULES[event.program % RULES.length]) });
  }

  /** Connections through socat to a server that might not respond. */
  #forward({ client, count, failed }: { client: Socket; count: number; failed: number }): void {
    const [socat, server] = [30, 40];
    run(socat, 'socat\0TCP-LISTEN:5000,fork\0TCP:127.0.0.1:6379\0');
    run(server, 'redis\0');
    for (const [pid, port] of [
      [socat, 5000],
      [server, 6379],
    ] as const)
      this.listeners.push(listenerOf({ netns: 7, pid, port }));
    const over = {
      netns: 7,
      transport: 'tcp',
      localAddress: '127.0.0.1',
      remoteAddress: '127.0.0.1',
    } as const;
    this.#count({ ...client, ...over, direction: 'outbound', port: 5000 }, count, 0, 0);
    const accepted = { ...over, direction: 'inbound', port: 5000, pid: socat } as const;
    this.#count({ ...accepted, remoteAddress: client.remoteAddress }, count, 0, 0);
    this.#count({ ...over, direction: 'outbound', port: 6379, pid: socat }, 0, failed, 0);
  }

  /** Its counts start at zero, and what no cycle has read is lost with it. */
  #restartCapture(): void {
    this.#unread.clear();
    this.records.clear();
  }

  #removeIdle(): void {
    for (const [key, { open, netns }] of this.records)
      if (open === 0 && !this.#unread.has(netns)) this.records.delete(key);
  }

  #scan(socket: Socket, ports: number): void {
    for (let at = 0; at < ports; at++)
      this.#count({ ...socket, transport: 'tcp', direction: 'outbound', port: 1000 + at }, 0, 1, 0);
  }

  #count(socket: Socket, opened: number, failed: number, open: number): void {
    const key = JSON.stringify(socket);
    const record = this.records.get(key) ?? {
      ...socket,
      ...{ id: `${++this.#ids}`, open: 0, opened: 0, failed: [0, 0, 0, 0, 0, 0, 0] },
    };
    const canFail = socket.transport === 'tcp' && socket.direction === 'outbound';
    const failures = canFail ? failed : 0;
    this.records.set(key, {
      ...record,
      open,
      opened: record.opened + opened,
      failed: [(record.failed?.[0] ?? 0) + failures, 0, 0, 0, 0, 0, 0],
    });
    const unread = this.#unread.get(socket.netns) ?? { opened: 0, failed: 0 };
    unread.opened += opened;
    unread.failed += failures;
    this.#unread.set(socket.netns, unread);
  }

  read() {
    for (const [netns, { opened, failed }] of this.#unread) {
      if (this.skipped.has(netns)) continue;
      this.opened += opened;
      this.failed += failed;
      this.#unread.delete(netns);
    }
    const isRead = ({ netns }: { netns: number }) => !this.skipped.has(netns);
    const namespaces = NAMESPACES.map((netns, at) => ({
      ...{ netns, pid: at + 1 },
      ...(this.skipped.has(netns) && { skipped: 'EPERM' }),
    }));
    return {
      observations: [...this.records.values()].filter(isRead),
      listeners: this.listeners.filter(isRead),
      ...{ sockets: 0, namespaces, hiddenProcesses: 0 },
    };
  }

  async cycle(pipeline: Pipeline, isLast = false): Promise<void> {
    await pipeline.runCycle({ isLast });
    for (const { definition, points } of pipeline.families()) {
      if (!/connection\.(opened|failed)$/.test(definition.name)) continue;
      const seen = new Set<string>();
      for (const { attributes, more, since, value } of points) {
        const series = JSON.stringify([definition.name, attributes, more]);
        if (seen.has(series)) throw new Error(`exported twice: ${series}`);
        seen.add(series);
        const key = `${series} ${since}`;
        if (Number(value) < (this.exported.get(key) ?? 0)) throw new Error(`decreased: ${series}`);
        this.exported.set(key, Number(value));
      }
    }
    this.skipped.clear();
    this.now += 5000;
  }
}

it('exports all connections and failures, or counts them as folded or unattributed', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(event, { maxLength: 8 }), { minLength: 1, maxLength: 12 }),
      async (cycles) => {
        for (const pid of PIDS) exit(pid);
        const host = new Host();
        const pipeline = createPipeline({
          capture: { name: 'ebpf', read: async () => host.read(), close() {} },
          ...{ procRoot: proc.root, host: 'h', clock: () => host.now },
          ...CONFIG,
          dns: {
            readResponses() {},
            queriedName: (address) =>
              address.endsWith('9') && address !== '9.9.9.9' ? 'db.test' : undefined,
            reverseName: () => undefined,
            health: {
              ...{ observed: 0, skipped: 0, denied: 0, responses: 0, queueFull: 0 },
              ...{ malformed: 0, addresses: 0, evicted: 0 },
            },
            close() {},
          },
        });
        for (const events of cycles) {
          for (const one of events) host.apply(one, pipeline);
          await host.cycle(pipeline);
        }
        await host.cycle(pipeline, true);

        const exported = (metric: string) =>
          [...host.exported]
            .filter(([key]) => key.includes(`"service.dependency.connection.${metric}"`))
            .reduce((sum, [, value]) => sum + value, 0);
        const own = (metric: string, reason?: string) =>
          [...pipeline.families()]
            .filter(({ definition }) => definition.name === metric)
            .flatMap(({ points }) => points)
            .filter(({ attributes }) => reason === undefined || attributes.reason === reason)
            .reduce((sum, { value }) => sum + Number(value), 0);
        expect(exported('opened') + own('musubi.connections.folded', 'forwarder')).toBe(host.opened);
        expect(exported('failed') + own('musubi.connections.failed.unattributed')).toBe(host.failed);
      },
    ),
    { numRuns: 60 },
  );
});
