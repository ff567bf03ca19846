/**
 * A container's connections are translated in its own network namespace and in its host's, one after the other: both
 * hosts tell them as they are on the wire between them all the same. The rules are real ones.
 */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CANNOT_CAPTURE } from '../harness/captures.ts';
import { type Exporter, startExporter } from '../harness/exporter.ts';
import { type CountedHalfEdge, expectHalfEdges, OPEN } from '../harness/half-edges.ts';
import { isolate } from '../harness/isolate.ts';
import { createNetwork, type Host, inside, type Network } from '../harness/network.ts';
import type { Running } from '../harness/process.ts';
import { setSysctl } from '../harness/sysctl.ts';
import { parseSeries } from '../harness/text-page.ts';
import { buildWorkload, runWorkload, startServer, startWorkload } from '../harness/workload.ts';

/** Nobody has them. */
const VIRTUAL = '10.250.1.1';
const NEXT = '10.250.1.2';
const ONE_BYTE = ['request=1', 'answer=1'];

const network: Network = createNetwork();

/** Adds a rule to the table `nat` of a namespace. */
function translate(host: Host, rule: string): void {
  inside(host, 'iptables', '-w', '-t', 'nat', '-A', ...rule.split(' '));
}

/** The container's namespace, whose processes are among those of the host. */
function among({ start }: Host, container: Host): Host {
  return {
    ...container,
    start: (command, options) => start(['nsenter', `--net=${container.namespace}`, ...command], options),
  };
}

describe.skipIf(CANNOT_CAPTURE).each(['ebpf', 'sockdiag'] as const)('seen by %s', (capture) => {
  let host: Host;
  let containers: readonly [Host, Host];
  let other: Host;
  let onHost: Exporter;
  let onOther: Exporter;

  beforeAll(async () => {
    other = network.host(`${capture}-other`);
    const outer = network.host(`${capture}-host`);
    const [one, two] = [network.behind(outer, `${capture}-one`), network.behind(outer, `${capture}-two`)];
    await setSysctl(outer, 'net.ipv4.ip_forward', '1');
    // The kernel program looks at the whole machine, and tells processes by its pids.
    host = capture === 'ebpf' ? outer : await isolate(outer);
    containers = [among(host, one), among(host, two)];
  });

  beforeEach(() => {
    for (const at of [host, other, ...containers]) inside(at, 'iptables', '-w', '-t', 'nat', '-F');
  });

  const masquerade = () => translate(host, `POSTROUTING -p tcp -d ${other.address} -o eth0 -j MASQUERADE`);

  const watch = async () => {
    onHost = await startExporter(host, ['--capture', capture, '--netns', 'all']);
    onOther = await startExporter(other, ['--capture', capture]);
  };

  const serve = (...ports: readonly number[]) =>
    startServer([...ONE_BYTE, ...ports.map((port) => `${other.address}/${port}`)], { on: other });

  /** Holds connections until both exporters have seen them. */
  async function call(on: Host, target: string, count: number): Promise<Running> {
    const calling = on.start([buildWorkload('hold'), `target=${target}`, `count=${count}`]);
    await calling.waitForOutput('held');
    await Promise.all([onHost.cycle(), onOther.cycle()]);
    return calling;
  }

  const tell = (expected: readonly CountedHalfEdge[], ports: readonly number[], metric?: string) =>
    expectHalfEdges([onHost, onOther], expected, ports, metric, [
      ...[host, other, ...containers].map(({ address }) => address),
      ...[VIRTUAL, NEXT],
    ]);

  it('a container behind a host that masquerades', async () => {
    await serve(9101);
    masquerade();
    await watch();
    await call(containers[0], `${other.address}/9101`, 7);
    const half = { src: host.address, dst: other.address, port: 9101, count: 7 };
    await tell([half], [9101]);
    await tell([half], [9101], OPEN);
    const halves = parseSeries(await onHost.metrics(), OPEN).filter(
      ({ labels }) => labels.dst_port === '9101',
    );
    expect(halves.find(({ labels }) => labels.direction === 'outbound')?.labels).toMatchObject({
      src_service: 'hold',
      src_host: host.name,
    });
  });

  it.skipIf(capture === 'sockdiag')('connections of a millisecond of such a container', async () => {
    await serve(9102);
    masquerade();
    await watch();
    const args = [`target=${other.address}/9102`, 'count=500', 'hold=1000', ...ONE_BYTE];
    await runWorkload('client', args, { on: containers[0] });
    await tell([{ src: host.address, dst: other.address, port: 9102, count: 500 }], [9102]);
  });

  it('a container that was there before the exporter', async () => {
    await serve(9103);
    masquerade();
    const holding = startWorkload('hold', [`target=${other.address}/9103`, 'count=3'], { on: containers[0] });
    await holding.waitForOutput('held');
    await watch();
    await tell([{ src: host.address, dst: other.address, port: 9103, count: 3 }], [9103], OPEN);
  });

  it('by rules of the container, then by others of the host', async () => {
    await serve(9104);
    const [container] = containers;
    translate(container, `OUTPUT -d ${VIRTUAL} -p tcp --dport 80 -j DNAT --to ${NEXT}:81`);
    translate(host, `PREROUTING -d ${NEXT} -p tcp --dport 81 -j DNAT --to ${other.address}:9104`);
    masquerade();
    await watch();
    await call(container, `${VIRTUAL}/80`, 5);
    await tell([{ src: host.address, dst: other.address, port: 9104, count: 5 }], [80, 81, 9104]);
  });

  it.skipIf(capture === 'sockdiag')('by both, thousands of short ones while passes go on', async () => {
    await serve(9109);
    const [container] = containers;
    translate(container, `OUTPUT -d ${VIRTUAL} -p tcp --dport 80 -j DNAT --to ${NEXT}:81`);
    translate(host, `PREROUTING -d ${NEXT} -p tcp --dport 81 -j DNAT --to ${other.address}:9109`);
    masquerade();
    // Into a namespace in which nobody lives any more no one can look.
    await startServer(['::/0'], { on: container });
    await watch();
    const args = [`target=${VIRTUAL}/80`, 'count=5000', ...ONE_BYTE];
    await runWorkload('client', args, { on: container });
    await tell([{ src: host.address, dst: other.address, port: 9109, count: 5000 }], [80, 81, 9109]);
  });

  it('by rules of two containers that send the same address to different places', async () => {
    await serve(9105, 9106);
    const rule = `OUTPUT -d ${VIRTUAL} -p tcp --dport 80 -j DNAT --to ${other.address}`;
    translate(containers[0], `${rule}:9105`);
    translate(containers[1], `${rule}:9106`);
    masquerade();
    await watch();
    await call(containers[0], `${VIRTUAL}/80`, 2);
    await call(containers[1], `${VIRTUAL}/80`, 3);
    const at = { src: host.address, dst: other.address };
    await tell(
      [
        { ...at, port: 9105, count: 2 },
        { ...at, port: 9106, count: 3 },
      ],
      [80, 9105, 9106],
    );
  });

  // The kernel program would tell both hosts of the test as one.
  it.skipIf(capture === 'ebpf')(
    'a container that is asked by way of the host and its own rules',
    async () => {
      const [container] = containers;
      translate(host, `PREROUTING -i eth0 -p tcp --dport 9107 -j DNAT --to ${container.address}:81`);
      translate(container, 'PREROUTING -p tcp --dport 81 -j REDIRECT --to-ports 82');
      await startServer([...ONE_BYTE, '0.0.0.0/82'], { on: container });
      await watch();
      const calling = await call(other, `${host.address}/9107`, 4);
      const half = { src: other.address, dst: host.address, port: 9107, count: 4 };
      await expectHalfEdges([onOther, onHost], [half], [81, 82, 9107]);
      const listening = parseSeries(await onHost.metrics(), 'service_dependency_listen');
      expect(listening.filter(({ labels }) => labels.dst_port === '9107')).toMatchObject([
        { labels: { dst_service: 'server', dst_address: host.address } },
      ]);
      await calling.stop();
    },
  );
});
