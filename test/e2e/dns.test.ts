/** Remote endpoints are named by the names that programs on the host have resolved. */
import { createSocket } from 'node:dgram';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadLibc } from '../../exporter/agent/native/libc.ts';
import { createDnsSocket } from '../../exporter/agent/resolve/dns/dns-socket.ts';
import { parseResponse } from '../../exporter/agent/resolve/dns/message.ts';
import { A, encodeAnswer, encodeQuestion, type Label, pointer } from '../fixtures/dns-message.ts';
import { CANNOT_CAPTURE } from '../harness/captures.ts';
import { onFileEnd } from '../harness/cleanup.ts';
import { type Exporter, startExporter } from '../harness/exporter.ts';
import { startNameServer, withNameServers } from '../harness/name-server.ts';
import { createNetwork, type Host, inside } from '../harness/network.ts';
import { NODE, ROOT } from '../harness/places.ts';
import { parseSeries, type TextSeries } from '../harness/text-page.ts';
import { waitFor } from '../harness/wait-for.ts';
import { startServer } from '../harness/workload.ts';

const LOCAL = '127.0.0.53';
const FOUR = [1, 2, 3, 4].map((last) => `203.0.113.${last}`);
const PRIVATE = '10.77.0.5';
/** Has a name in its own zone. */
const ZONED = '10.77.0.6';
const PUBLIC6 = '2001:db8::1';
/** Assigned to no host: packets to it are sent to another host. */
const VIRTUAL = '10.250.2.1';
const OTHERS = ['203.0.113.20', '203.0.113.30', '203.0.113.31'];

const LONG = [63, 63, 63, 53].map((length) => 'x'.repeat(length));
/** Names as programs can look them up and servers can answer, each within a zone with an address of its own. */
const HOSTILE: readonly (readonly [title: string, labels: readonly Label[], text: string])[] = [
  ['markup and quotes', ['<b onclick="x">\''], '<b onclick="x">\''],
  ['right-to-left marks', ['gpj\u202eexe'], 'gpj\u202eexe'],
  ['bytes that are not UTF-8', [Buffer.from([0x61, 0xff, 0xfe])], 'a\\xff\\xfe'],
  ['253 characters', LONG, LONG.join('.')],
];
const hostileAddress = (at: number) => `203.0.113.${100 + at}`;

/** The capture that counts every connection, if it is available. */
const CAPTURE = CANNOT_CAPTURE ? [] : ['--capture', 'ebpf'];

const network = createNetwork();
const elsewhere = network.host('elsewhere');
const client = network.host('client');
const local = withNameServers(client, LOCAL);
let port: number;
let exporter: Exporter;

beforeAll(async () => {
  const addresses = [...FOUR, PRIVATE, ZONED, ...OTHERS, ...HOSTILE.map((_, at) => hostileAddress(at))];
  for (const address of addresses) ip(elsewhere, 'address', 'add', `${address}/32`, 'dev', 'lo');
  ip(elsewhere, 'address', 'add', `${PUBLIC6}/128`, 'dev', 'lo', 'nodad');
  ip(client, 'route', 'add', 'default', 'via', elsewhere.address);
  ip(client, '-6', 'route', 'add', 'default', 'via', elsewhere.address6);
  await startNameServer(client, LOCAL, [
    ...FOUR.map((address) => `--host-record=api.example.test,${address}`),
    `--host-record=db.example.test,${PRIVATE}`,
    '--host-record=cdn.example.test,203.0.113.20',
    '--cname=alias.example.test,cdn.example.test',
    '--cname=www.example.test,alias.example.test',
    `--host-record=six.example.test,${PUBLIC6}`,
    `--host-record=virtual.example.test,${VIRTUAL}`,
    ...HOSTILE.map((_, at) => `--address=/h${at}.test/${hostileAddress(at)}`),
  ]);
  await startNameServer(elsewhere, elsewhere.address6, [
    '--host-record=first.example.test,203.0.113.30',
    '--host-record=second.example.test,203.0.113.31',
    '--host-record=third.example.test,198.51.100.3',
    '--host-record=fourth.example.test,198.51.100.4',
    `--host-record=zoned.example.test,${ZONED}`,
  ]);
  const server = await startServer(['::/0'], { on: elsewhere, onCleanup: onFileEnd });
  port = server.ports[0] ?? 0;
  exporter = await startExporter(local, CAPTURE, { onCleanup: onFileEnd });
});

function ip(host: Host, ...args: string[]): void {
  inside(host, 'ip', ...args);
}

/** Runs a program that looks up a name and connects to all its addresses at once. */
async function connectByName(name: string, times = 1, on = local): Promise<void> {
  const workload = `${ROOT}/test/workloads/connect-by-name.mjs`;
  const program = on.start([NODE, workload, name, `${port}`, `${times}`]);
  if ((await program.exited) !== 0) throw new Error(program.stderr());
}

/** Runs bash to connect to an address. */
async function connectTo(address: string): Promise<void> {
  const running = client.start(['bash', '-c', `exec 3<>/dev/tcp/${address}/${port}`]);
  if ((await running.exited) !== 0) throw new Error(running.stderr());
}

/** The connections opened to the destinations for which `isWanted` holds, once there are as many as wanted. */
async function opened(wanted: number, isWanted: (labels: TextSeries['labels']) => boolean, by = exporter) {
  const read = async () => {
    const series = parseSeries(await by.metrics(), 'service_dependency_connection_opened_total');
    return series.filter(({ labels }) => labels.dst_port === `${port}` && isWanted(labels));
  };
  await waitFor(
    async () => {
      const sum = (await read()).reduce((total, { value }) => total + value, 0);
      return sum >= wanted || undefined;
    },
    async () => `${wanted} connections in ${JSON.stringify(await read())}; ${by.running.stderr()}`,
    10_000,
  );
  await by.cycle();
  return (await read()).map(({ labels: { dst_service, dst_kind, dst_address }, value }) => ({
    ...{ dst_service, dst_kind, dst_address, value },
  }));
}

const to = (service: string, wanted: number) => opened(wanted, (labels) => labels.dst_service === service);
const internet = async () => (await opened(0, ({ dst_service }) => dst_service === 'internet')).length;

async function readHalfEdges(metric: string, label?: readonly [string, string]): Promise<number | undefined> {
  return parseSeries(await exporter.metrics(), metric).find(
    ({ labels }) => !label || labels[label[0]] === label[1],
  )?.value;
}

describe('a DNS name', () => {
  it('with four addresses is one destination, and every connection is counted', async () => {
    await connectByName('api.example.test', 25);
    expect(await to('api.example.test', 100)).toEqual([
      { dst_service: 'api.example.test', dst_kind: 'dns', dst_address: undefined, value: 100 },
    ]);
    expect(await internet()).toBe(0);
  });

  it('of a private address keeps the address visible', async () => {
    await connectByName('DB.example.test');
    expect(await to('db.example.test', 1)).toEqual([
      { dst_service: 'db.example.test', dst_kind: 'dns', dst_address: PRIVATE, value: 1 },
    ]);
  });

  it('at the head of a chain of aliases is used', async () => {
    await connectByName('www.example.test');
    expect(await to('www.example.test', 1)).toMatchObject([{ dst_kind: 'dns', value: 1 }]);
  });

  it('of an IPv6 address is used as well', async () => {
    await connectByName('six.example.test');
    expect(await to('six.example.test', 1)).toMatchObject([{ dst_kind: 'dns', value: 1 }]);
  });

  it('of a virtual address belongs to the host to which it is translated', async () => {
    const rule = `OUTPUT -d ${VIRTUAL} -p tcp -j DNAT --to ${elsewhere.address}`;
    inside(client, 'iptables', '-w', '-t', 'nat', '-A', ...rule.split(' '));
    await connectByName('virtual.example.test', 3);
    expect(await to('virtual.example.test', 3)).toEqual([
      { dst_service: 'virtual.example.test', dst_kind: 'dns', dst_address: elsewhere.address, value: 3 },
    ]);
  });

  it('from another name server is used once a program was observed to query that server', async () => {
    const withOtherServer = withNameServers(client, elsewhere.address6);
    await connectByName('first.example.test', 1, withOtherServer);
    await waitFor(
      async () =>
        (await readHalfEdges('musubi_dns_servers', ['state', 'observed'])) === 2 ? true : undefined,
      () => `the other name server; ${exporter.running.stderr()}`,
    );
    await connectByName('second.example.test', 1, withOtherServer);
    expect(await to('second.example.test', 1)).toMatchObject([{ dst_kind: 'dns', value: 1 }]);
  });

  it.each(HOSTILE.map((hostile, at) => [...hostile, at] as const))(
    'of %s is kept as text',
    async (_title, labels, text, at) => {
      await lookUp([...labels, `h${at}`, 'test']);
      await connectTo(hostileAddress(at));
      expect(await to(`${text}.h${at}.test`, 1)).toMatchObject([{ dst_kind: 'dns', value: 1 }]);
    },
  );
});

/** Looks up a name at the local name server that no resolver library would accept. */
async function lookUp(labels: readonly Label[]): Promise<void> {
  const query = encodeQuestion(labels, A).toString('hex');
  const script = `const socket = require('node:dgram').createSocket('udp4');
    socket.on('message', () => socket.close()).send(Buffer.from('${query}', 'hex'), 53, '${LOCAL}');`;
  const running = client.start([NODE, '-e', script]);
  if ((await running.exited) !== 0) throw new Error(running.stderr());
}

it('the exporter reports no dependency of its own on name servers', async () => {
  await exporter.cycle();
  const series = parseSeries(await exporter.metrics(), 'service_dependency_active_connections');
  const pid = `${exporter.running.pid}`;
  const ours = series.filter(({ labels }) => labels.src_pid === pid || labels.dst_pid === pid);
  expect(ours.filter(({ labels }) => labels.network_transport === 'udp')).toEqual([]);
});

it('names are also learned in other network namespaces, such as those of containers', async () => {
  const container = withNameServers(network.host('container'), elsewhere.address6);
  ip(container, 'route', 'add', 'default', 'via', elsewhere.address);
  // As in a container, a process in the namespace holds a socket.
  await startServer(['::/0'], { on: container });
  // The watcher captures that namespace too: an address assigned in it would be local.
  ip(elsewhere, 'route', 'add', 'local', '198.51.100.0/24', 'dev', 'lo');
  const watcher = await startExporter(network.host('watcher'), ['--netns', 'all', ...CAPTURE]);
  const isNamed = async (name: string) =>
    (await opened(0, ({ dst_service }) => dst_service === name, watcher)).length > 0;
  await waitFor(
    async () => {
      await connectByName('third.example.test', 1, container);
      return (await isNamed('third.example.test')) || undefined;
    },
    () => `a name in another namespace; ${watcher.running.stderr()}`,
  );
  await connectByName('fourth.example.test', 5, container);
  const seen = await opened(5, ({ dst_service }) => dst_service === 'fourth.example.test', watcher);
  expect(seen).toMatchObject([{ dst_kind: 'dns', value: 5 }]);
});

it('with --dns off, remote endpoints have no DNS names', async () => {
  const plain = withNameServers(network.host('plain'), elsewhere.address6);
  ip(plain, 'route', 'add', 'default', 'via', elsewhere.address);
  const withoutDns = await startExporter(plain, ['--dns', 'off', ...CAPTURE]);
  await connectByName('first.example.test', 1, plain);
  expect(await opened(1, ({ direction }) => direction === 'outbound', withoutDns)).toEqual([
    { dst_service: 'internet', dst_kind: 'internet', dst_address: undefined, value: 1 },
  ]);
  expect(await withoutDns.metrics()).not.toContain('musubi_dns_');
});

it('with --reverse-dns on, a private address is named by its zone, and a public one is not', async () => {
  const plain = withNameServers(network.host('reverse'), elsewhere.address6);
  ip(plain, 'route', 'add', 'default', 'via', elsewhere.address);
  const withReverseDns = await startExporter(plain, ['--dns', 'off', '--reverse-dns', 'on', ...CAPTURE]);
  for (const address of [ZONED, '203.0.113.30'])
    plain.start(['bash', '-c', `exec 3<>/dev/tcp/${address}/${port}; read -r <&3`]);
  const named = () => opened(0, ({ dst_kind }) => dst_kind !== 'unknown', withReverseDns);
  const endpoints = await waitFor(
    async () => {
      const found = await named();
      return found.length === 2 ? found : undefined;
    },
    async () => `two endpoints in ${JSON.stringify(await named())}`,
  );
  expect(endpoints).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ dst_service: 'zoned.example.test', dst_kind: 'dns', dst_address: ZONED }),
      expect.objectContaining({ dst_service: 'internet' }),
    ]),
  );
});

describe('the DNS socket', () => {
  const SERVER = '127.88.53.1';
  const response = (last: number) =>
    encodeAnswer(['a', 'test'], A, [
      { owner: pointer(12), type: A, ttl: 60, data: Buffer.from([10, 0, 0, last]) },
    ]);

  async function bound(address: string, at: number) {
    const socket = createSocket('udp4');
    onFileEnd(() => void socket.close());
    await new Promise<void>((resolve) => socket.bind(at, address, resolve));
    return socket;
  }

  it('reads only responses of its name servers, and counts those that it drops', async () => {
    const [server, other, program] = await Promise.all([
      bound(SERVER, 53),
      bound('127.88.53.2', 53),
      bound('127.0.0.1', 0),
    ]);
    const elsewhere = await bound(SERVER, 0);
    const target = program.address().port;
    const send = (from: typeof server, message: Buffer) =>
      new Promise((resolve) => from.send(message, target, '127.0.0.1', resolve));
    const socket = createDnsSocket(loadLibc());
    onFileEnd(() => socket.close());
    const received: unknown[] = [];
    const read = () =>
      socket.read([SERVER], 0, (message) => received.push(parseResponse(message)?.addresses[0]));
    read();

    await send(server, response(1));
    await send(server, encodeQuestion(['a', 'test'], A));
    await send(server, encodeAnswer(['a', 'test'], A, [], 0x8183));
    await send(server, encodeAnswer(['a', 'test'], A, []));
    await send(server, Buffer.from('short'));
    await send(other, response(2));
    await send(elsewhere, response(3));
    await send(server, response(4));
    read();
    expect(received).toEqual(['10.0.0.1', '10.0.0.4']);
    expect(socket.dropped()).toBe(0);

    const COUNT = 20_000;
    for (let sent = 0; sent < COUNT; sent++) await send(server, response(5));
    received.length = 0;
    read();
    expect(received.length).toBeGreaterThan(100);
    expect(received.length + socket.dropped()).toBe(COUNT);
  });
});
