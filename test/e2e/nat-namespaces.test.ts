/**
 * The connections of a container are translated in its own network namespace and then in that of its host. Both hosts
 * nevertheless report them with the addresses on the wire between them. The rules are real ones.
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

/** Assigned to no host. */
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

describe.skipIf(CANNOT_CAPTURE).each(['ebpf', 'sockdiag'] as const)(
  '%s reports translated connections',
  (capture) => {
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
      // The kernel program captures the whole machine, and identifies processes by its pids.
      host = capture === 'ebpf' ? outer : await isolate(outer);
      containers = [among(host, one), among(host, two)];
    });

    beforeEach(() => {
      for (const at of [host, other, ...containers]) inside(at, 'iptables', '-w', '-t', 'nat', '-F');
    });

    const masquerade = () => translate(host, `POSTROUTING -p tcp -d ${other.address} -o eth0 -j MASQUERADE`);

    const observe = async () => {
      onHost = await startExporter(host, ['--capture', capture, '--netns', 'all']);
      onOther = await startExporter(other, ['--capture', capture]);
    };

    const serve = (...ports: readonly number[]) =>
      startServer([...ONE_BYTE, ...ports.map((port) => `${other.address}/${port}`)], { on: other });

    /** Holds connections until both exporters have reported them. */
    async function connect(on: Host, target: string, count: number): Promise<Running> {
      const client = on.start([buildWorkload('hold'), `target=${target}`, `count=${count}`]);
      await client.waitForOutput('held');
      await Promise.all([onHost.cycle(), onOther.cycle()]);
      return client;
    }

    const expectReported = (
      expected: readonly CountedHalfEdge[],
      ports: readonly number[],
      metric?: string,
    ) =>
      expectHalfEdges([onHost, onOther], expected, ports, metric, [
        ...[host, other, ...containers].map(({ address }) => address),
        ...[VIRTUAL, NEXT],
      ]);

    it('of a container behind a masquerading host', async () => {
      await serve(9101);
      masquerade();
      await observe();
      await connect(containers[0], `${other.address}/9101`, 7);
      const halfEdge = { src: host.address, dst: other.address, port: 9101, count: 7 };
      await expectReported([halfEdge], [9101]);
      await expectReported([halfEdge], [9101], OPEN);
      const halfEdges = parseSeries(await onHost.metrics(), OPEN).filter(
        ({ labels }) => labels.dst_port === '9101',
      );
      expect(halfEdges.find(({ labels }) => labels.direction === 'outbound')?.labels).toMatchObject({
        src_service: 'hold',
        src_host: host.name,
      });
    });

    it.skipIf(capture === 'sockdiag')('of a masqueraded container that last a millisecond', async () => {
      await serve(9102);
      masquerade();
      await observe();
      const args = [`target=${other.address}/9102`, 'count=500', 'hold=1000', ...ONE_BYTE];
      await runWorkload('client', args, { on: containers[0] });
      await expectReported([{ src: host.address, dst: other.address, port: 9102, count: 500 }], [9102]);
    });

    it('of a container that are older than the exporter', async () => {
      await serve(9103);
      masquerade();
      const holding = startWorkload('hold', [`target=${other.address}/9103`, 'count=3'], {
        on: containers[0],
      });
      await holding.waitForOutput('held');
      await observe();
      await expectReported([{ src: host.address, dst: other.address, port: 9103, count: 3 }], [9103], OPEN);
    });

    it('by rules of the container and then by rules of the host', async () => {
      await serve(9104);
      const [container] = containers;
      translate(container, `OUTPUT -d ${VIRTUAL} -p tcp --dport 80 -j DNAT --to ${NEXT}:81`);
      translate(host, `PREROUTING -d ${NEXT} -p tcp --dport 81 -j DNAT --to ${other.address}:9104`);
      masquerade();
      await observe();
      await connect(container, `${VIRTUAL}/80`, 5);
      await expectReported([{ src: host.address, dst: other.address, port: 9104, count: 5 }], [80, 81, 9104]);
    });

    it.skipIf(capture === 'sockdiag')(
      'by rules of both, for thousands of short ones during collection cycles',
      async () => {
        await serve(9109);
        const [container] = containers;
        translate(container, `OUTPUT -d ${VIRTUAL} -p tcp --dport 80 -j DNAT --to ${NEXT}:81`);
        translate(host, `PREROUTING -d ${NEXT} -p tcp --dport 81 -j DNAT --to ${other.address}:9109`);
        masquerade();
        // A network namespace without a process cannot be entered.
        await startServer(['::/0'], { on: container });
        await observe();
        const args = [`target=${VIRTUAL}/80`, 'count=5000', ...ONE_BYTE];
        await runWorkload('client', args, { on: container });
        await expectReported(
          [{ src: host.address, dst: other.address, port: 9109, count: 5000 }],
          [80, 81, 9109],
        );
      },
    );

    it('by rules of two containers that send the same address to different ports', async () => {
      await serve(9105, 9106);
      const rule = `OUTPUT -d ${VIRTUAL} -p tcp --dport 80 -j DNAT --to ${other.address}`;
      translate(containers[0], `${rule}:9105`);
      translate(containers[1], `${rule}:9106`);
      masquerade();
      await observe();
      await connect(containers[0], `${VIRTUAL}/80`, 2);
      await connect(containers[1], `${VIRTUAL}/80`, 3);
      const at = { src: host.address, dst: other.address };
      await expectReported(
        [
          { ...at, port: 9105, count: 2 },
          { ...at, port: 9106, count: 3 },
        ],
        [80, 9105, 9106],
      );
    });

    it('and publishes no sidecar of a container at the address of a server in another', async () => {
      const [client, server] = containers;
      await startServer([...ONE_BYTE, `${server.address}/9110`], { on: server });
      await startServer([...ONE_BYTE, '127.0.0.1/9111'], { on: client });
      translate(client, `OUTPUT -d ${server.address} -p tcp --dport 9110 -j REDIRECT --to-ports 9111`);
      await observe();
      const running = await connect(client, `${server.address}/9110`, 4);
      const listeners = parseSeries(await onHost.metrics(), 'service_dependency_listen');
      const pids = listeners.flatMap(({ labels: { dst_address, dst_port, dst_pid } }) =>
        dst_address === server.address && dst_port === '9110' ? [dst_pid] : [],
      );
      expect(pids).toHaveLength(1);
      await running.stop();
    });

    // The kernel program would report both hosts of the test as one.
    it.skipIf(capture === 'ebpf')('to a container by rules of the host and its own', async () => {
      const [container] = containers;
      translate(host, `PREROUTING -i eth0 -p tcp --dport 9107 -j DNAT --to ${container.address}:81`);
      translate(container, 'PREROUTING -p tcp --dport 81 -j REDIRECT --to-ports 82');
      await startServer([...ONE_BYTE, '0.0.0.0/82'], { on: container });
      await observe();
      const client = await connect(other, `${host.address}/9107`, 4);
      const halfEdge = { src: other.address, dst: host.address, port: 9107, count: 4 };
      await expectHalfEdges([onOther, onHost], [halfEdge], [81, 82, 9107]);
      const listeners = parseSeries(await onHost.metrics(), 'service_dependency_listen');
      expect(listeners.filter(({ labels }) => labels.dst_port === '9107')).toMatchObject([
        { labels: { dst_service: 'server', dst_address: host.address } },
      ]);
      await client.stop();
    });
  },
);
