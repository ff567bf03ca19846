/** The name of a dependency stays the same while its server, or a proxy before it, is down. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcTree, type ProcTree } from '../../test/fixtures/proc-tree.ts';
import { ERROR_TYPES, type Listener, type Observation } from './capture/capture.ts';
import { createPipeline, type Pipeline, type PipelineOptions } from './pipeline.ts';

const NETNS = 7;
const INTERVAL = 5000;
const [BILLING, PROXY, SERVER, AGENT] = [20, 30, 40, 1];

let proc: ProcTree;
let now: number;
let pipeline: Pipeline;
let listeners: Listener[];
let observations: Map<string, Observation>;

const program = (name: string) => ({ comm: `${name}\n`, cmdline: `${name}\0`, netns: NETNS });
const SOCAT = { ...program('socat'), cmdline: 'socat\0TCP-LISTEN:5000,fork\0TCP:127.0.0.1:6379\0' };

beforeEach(() => {
  proc = createProcTree({
    [AGENT]: { ...program('init'), net: { fib_trie: '  |-- 10.0.0.1\n     /32 host LOCAL\n' } },
    [BILLING]: program('billing'),
  });
  now = 0;
  listeners = [];
  observations = new Map();
  start();
});
afterEach(() => proc[Symbol.dispose]());

function start(options: Partial<PipelineOptions> = {}): void {
  pipeline = createPipeline({
    capture: {
      name: 'ebpf',
      read: async () => ({
        observations: [...observations.values()],
        listeners,
        sockets: 0,
        namespaces: [{ netns: NETNS, pid: AGENT }],
        hiddenProcesses: 0,
      }),
      close() {},
    },
    ...{ procRoot: proc.root, host: 'h', edgeExpiration: 3_600_000, clock: () => now, ...options },
  });
}

async function cycle(isLast = false): Promise<void> {
  await pipeline.runCycle({ isLast });
  now += INTERVAL;
}

function serve(pid: number, address: string, port: number, program: object): void {
  proc.start(pid, program);
  listeners = [...listeners, { netns: NETNS, transport: 'tcp', address, port, pid, ipv6Only: false }];
}

function stop(pid: number): void {
  proc.exit(pid);
  listeners = listeners.filter((listener) => listener.pid !== pid);
}

/** Counts connections that were opened and closed, or refused. */
function count(
  pid: number,
  address: string,
  port: number,
  { opened = 0, refused = 0, direction = 'outbound' as Observation['direction'] },
): void {
  const id = `${direction} ${pid} ${address} ${port}`;
  const localAddress = address.includes('.')
    ? address.startsWith('127.')
      ? '127.0.0.1'
      : '10.0.0.1'
    : '::1';
  const known = observations.get(id);
  observations.set(id, {
    ...{
      id,
      netns: NETNS,
      transport: 'tcp',
      direction,
      localAddress,
      remoteAddress: address,
      port,
      pid,
      open: 0,
    },
    opened: (known?.opened ?? 0) + opened,
    failed: [(known?.failed?.[0] ?? 0) + refused, 0, 0, 0, 0, 0, 0],
  });
}

/** `billing → redis 127.0.0.1:6379 3 opened, 2 refused` */
const outbound = () =>
  pipeline
    .edges()
    .filter(({ attributes }) => attributes.direction === 'outbound')
    .map(({ attributes, opened, failed = [] }) => {
      const name = (side: string) => attributes[`${side}.service`] ?? '?';
      const failures = failed.flatMap((count, at) => (count > 0 ? [`${count} ${ERROR_TYPES[at]}`] : []));
      return [
        `${name('src')} → ${name('dst')} ${attributes['dst.address']}:${attributes['dst.port']}`,
        [`${opened} opened`, ...failures].join(', '),
      ].join(' ');
    })
    .sort();

describe('an edge over loopback stays one', () => {
  it('while its server restarts', async () => {
    serve(PROXY, '127.0.0.1', 5000, program('envoy'));
    count(BILLING, '127.0.0.1', 5000, { opened: 3 });
    await cycle();
    stop(PROXY);
    for (let i = 0; i < 100; i++) {
      count(BILLING, '127.0.0.1', 5000, { refused: 1 });
      await cycle();
    }
    serve(PROXY, '0.0.0.0', 5000, program('envoy'));
    count(BILLING, '127.0.0.1', 5000, { opened: 1 });
    await cycle();
    expect(outbound()).toEqual(['billing → envoy 127.0.0.1:5000 4 opened, 100 refused']);
    expect(pipeline.edges()).toHaveLength(1);
  });

  it('while the server behind a forwarder is down', async () => {
    serve(PROXY, '127.0.0.1', 5000, SOCAT);
    serve(SERVER, '127.0.0.1', 6379, program('redis'));
    const use = (result: object) => {
      count(BILLING, '127.0.0.1', 5000, { opened: 2 });
      count(PROXY, '127.0.0.1', 6379, result);
    };
    use({ opened: 2 });
    await cycle();
    stop(SERVER);
    use({ refused: 2 });
    await cycle();
    expect(outbound()).toEqual(['billing → redis 127.0.0.1:5000 4 opened, 2 refused']);
  });

  it('while a forwarder restarts', async () => {
    serve(PROXY, '127.0.0.1', 5000, SOCAT);
    serve(SERVER, '127.0.0.1', 6379, program('redis'));
    count(BILLING, '127.0.0.1', 5000, { opened: 2 });
    await cycle();
    stop(PROXY);
    count(BILLING, '127.0.0.1', 5000, { refused: 5 });
    await cycle();
    expect(outbound()).toEqual(['billing → redis 127.0.0.1:5000 2 opened, 5 refused']);
  });

  it('while a forwarder to another host restarts', async () => {
    serve(PROXY, '127.0.0.1', 5000, {
      ...SOCAT,
      cmdline: 'socat\0TCP-LISTEN:5000,fork\0TCP:10.0.0.9:6379\0',
    });
    count(BILLING, '127.0.0.1', 5000, { opened: 2 });
    count(PROXY, '10.0.0.9', 6379, { opened: 2 });
    await cycle();
    stop(PROXY);
    count(BILLING, '127.0.0.1', 5000, { refused: 5 });
    await cycle();
    expect(outbound()).toEqual(['billing → ? 10.0.0.9:6379 2 opened, 5 refused']);
  });

  it('if its client starts before its server', async () => {
    count(BILLING, '127.0.0.1', 5000, { refused: 2 });
    await cycle();
    expect(outbound()).toEqual([]);
    count(BILLING, '127.0.0.1', 5000, { refused: 1 });
    await cycle();
    serve(SERVER, '127.0.0.1', 5000, program('redis'));
    count(BILLING, '127.0.0.1', 5000, { opened: 1 });
    await cycle();
    expect(outbound()).toEqual(['billing → redis 127.0.0.1:5000 1 opened, 3 refused']);
  });

  it('if localhost is refused at one of its addresses, without a failure', async () => {
    serve(SERVER, '127.0.0.1', 5000, program('redis'));
    for (let i = 0; i < 3; i++) {
      count(BILLING, '::1', 5000, { refused: 2 });
      count(BILLING, '127.0.0.1', 5000, { opened: 2 });
      await cycle();
    }
    expect(outbound()).toEqual(['billing → redis 127.0.0.1:5000 6 opened, 6 fallback']);
    stop(SERVER);
    count(BILLING, '::1', 5000, { refused: 2 });
    count(BILLING, '127.0.0.1', 5000, { refused: 2 });
    await cycle();
    await cycle();
    expect(outbound()).toEqual(['billing → redis 127.0.0.1:5000 6 opened, 4 refused, 6 fallback']);
  });

  it('if localhost is refused at the end of one cycle, and accepted at the beginning of the next', async () => {
    serve(SERVER, '127.0.0.1', 5000, program('redis'));
    count(BILLING, '::1', 5000, { refused: 1 });
    await cycle();
    count(BILLING, '127.0.0.1', 5000, { opened: 1 });
    await cycle();
    expect(outbound()).toEqual(['billing → redis 127.0.0.1:5000 1 opened, 1 fallback']);
  });

  it('if a forwarder is refused at one of the addresses of localhost', async () => {
    serve(PROXY, '127.0.0.1', 5000, {
      ...SOCAT,
      cmdline: 'socat\0TCP-LISTEN:5000,fork\0TCP:localhost:6379\0',
    });
    serve(SERVER, '127.0.0.1', 6379, program('redis'));
    count(BILLING, '127.0.0.1', 5000, { opened: 2 });
    count(PROXY, '::1', 6379, { refused: 2 });
    count(PROXY, '127.0.0.1', 6379, { opened: 2 });
    await cycle();
    expect(outbound()).toEqual(['billing → redis 127.0.0.1:5000 2 opened, 2 fallback']);
  });
});

describe('attempts at a port of this host without a listener', () => {
  it('are reported unnamed after two minutes, and from then on at once', async () => {
    for (let i = 0; i < 30; i++) {
      count(BILLING, '127.0.0.1', 5000, { refused: 1 });
      await cycle();
    }
    expect(outbound()).toEqual(['billing → ? 127.0.0.1:5000 0 opened, 30 refused']);
  });

  it('are reported unnamed by the last cycle', async () => {
    count(BILLING, '10.0.0.1', 5000, { refused: 1 });
    await cycle();
    expect(outbound()).toEqual([]);
    await cycle(true);
    expect(outbound()).toEqual(['billing → ? 10.0.0.1:5000 0 opened, 1 refused']);
  });
});

describe('the addresses of a name', () => {
  const ADDRESSES = ['fd00::5', '10.0.0.5'];
  const dns = {
    readResponses() {},
    queriedName: (address: string) => (ADDRESSES.includes(address) ? 'db.test' : undefined),
    reverseName: () => undefined,
    health: {} as never,
    close() {},
  };

  it('are one edge if the client connects to the second after the first was refused', async () => {
    start({ dns });
    count(BILLING, 'fd00::5', 5432, { refused: 3 });
    count(BILLING, '10.0.0.5', 5432, { opened: 2 });
    await cycle();
    expect(outbound()).toEqual(['billing → db.test 10.0.0.5:5432 2 opened, 2 fallback']);
    await cycle();
    expect(outbound()).toEqual(['billing → db.test 10.0.0.5:5432 2 opened, 1 refused, 2 fallback']);
    count(BILLING, 'fd00::5', 5432, { refused: 1 });
    count(BILLING, '10.0.0.5', 5432, { refused: 1 });
    await cycle();
    await cycle();
    expect(outbound()).toEqual(['billing → db.test 10.0.0.5:5432 2 opened, 3 refused, 2 fallback']);
  });

  it('are two edges to two servers', async () => {
    start({ dns: { ...dns, queriedName: () => 'db.test' } });
    count(BILLING, '10.0.0.4', 5432, { refused: 1 });
    count(BILLING, '10.0.0.5', 5432, { opened: 1 });
    await cycle();
    await cycle();
    expect(outbound()).toHaveLength(2);
  });
});

it('does not give a name of a removed network namespace to the next with its number', async () => {
  serve(SERVER, '127.0.0.1', 5000, program('redis'));
  await cycle();
  stop(SERVER);
  proc.exit(AGENT);
  proc.exit(BILLING);
  await cycle();
  proc.start(BILLING, program('billing'));
  count(BILLING, '127.0.0.1', 5000, { refused: 1 });
  await cycle(true);
  expect(outbound()).toEqual(['billing → ? 127.0.0.1:5000 0 opened, 1 refused']);
});

it('reports a scan of many ports as one edge', async () => {
  for (let port = 1; port <= 101; port++) count(BILLING, '10.0.0.9', port, { refused: 1 });
  await cycle();
  expect(outbound()).toEqual(['billing → ? 10.0.0.9:many 0 opened, 101 refused']);
});
