/**
 * Both hosts report a connection with the same addresses and port, whatever their rules translate, so that their
 * half-edges join. The rules are real ones, in network namespaces.
 */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CANNOT_CAPTURE } from '../harness/captures.ts';
import { type Exporter, startExporter } from '../harness/exporter.ts';
import { type CountedHalfEdge, expectHalfEdges, OPEN, OPENED, readHalfEdges } from '../harness/half-edges.ts';
import { createNetwork, type Host, inside, type Network } from '../harness/network.ts';
import type { Running } from '../harness/process.ts';
import { parseSeries } from '../harness/text-page.ts';
import { buildWorkload, request, runWorkload, startServer, startWorkload } from '../harness/workload.ts';

/** Assigned to no host. */
const VIRTUAL = '10.250.0.1';
const VIRTUAL6 = 'fd00:250::1';
const FAILED = 'service_dependency_connection_failed_total';
const ONE_BYTE = ['request=1', 'answer=1'];

describe.skipIf(CANNOT_CAPTURE)(
  `a translated connection${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`,
  () => {
    let network: Network;
    beforeAll(() => {
      network = createNetwork();
    });

    describe.each(['ebpf', 'sockdiag'] as const)('is reported by %s alike on both hosts', (capture) => {
      let client: Host;
      let server: Host;
      let onClient: Exporter;
      let onServer: Exporter;

      beforeAll(() => {
        client = network.host(`${capture}-c`);
        server = network.host(`${capture}-s`);
        inside(client, 'ip', 'route', 'add', `${VIRTUAL}/32`, 'dev', 'eth0');
        inside(client, 'ip', '-6', 'route', 'add', `${VIRTUAL6}/128`, 'dev', 'eth0');
      });

      beforeEach(() => {
        for (const host of [client, server])
          for (const program of ['iptables', 'ip6tables']) inside(host, program, '-w', '-t', 'nat', '-F');
      });

      /** Adds a rule to the table `nat` of a host. */
      const translate = (host: Host, rule: string, program = 'iptables') =>
        inside(host, program, '-w', '-t', 'nat', '-A', ...rule.split(' '));

      const observe = async (...flags: readonly string[]) => {
        onClient = await startExporter(client, ['--capture', capture, ...flags]);
        onServer = await startExporter(server, ['--capture', capture]);
      };

      const serve = async (...ports: readonly number[]) => {
        const addresses = ports.map((port) => `${server.address}/${port}`);
        return startServer([...ONE_BYTE, ...addresses, `::/${(ports[0] ?? 0) + 1000}`], { on: server });
      };

      /** Holds connections until both exporters have reported them, and returns the process. */
      async function connect(target: string, count: number, user = 0): Promise<Running> {
        const prefix = ['setpriv', '--reuid', `${user}`, '--clear-groups'] as const;
        const running = client.start([
          ...prefix,
          buildWorkload('hold'),
          `target=${target}`,
          `count=${count}`,
        ]);
        await running.waitForOutput('held');
        await Promise.all([onClient.cycle(), onServer.cycle()]);
        await running.stop();
        return running;
      }

      const expectReported = (
        expected: readonly CountedHalfEdge[],
        ports: readonly number[],
        metric?: string,
      ) => expectHalfEdges([onClient, onServer], expected, ports, metric);

      it('if the client host translates the destination (DNAT)', async () => {
        await serve(8001);
        translate(client, `OUTPUT -d ${VIRTUAL} -p tcp --dport 80 -j DNAT --to ${server.address}:8001`);
        await observe();
        await connect(`${VIRTUAL}/80`, 7);
        await expectReported(
          [{ src: client.address, dst: server.address, port: 8001, count: 7 }],
          [80, 8001],
        );
      });

      it('if the server host translates the destination (DNAT), and its listener at the published address, too', async () => {
        await serve(8002);
        translate(server, `PREROUTING -p tcp --dport 80 -j DNAT --to ${server.address}:8002`);
        await observe();
        await connect(`${server.address}/80`, 7);
        await expectReported([{ src: client.address, dst: server.address, port: 80, count: 7 }], [80, 8002]);
        const listeners = parseSeries(await onServer.metrics(), 'service_dependency_listen');
        expect(listeners.filter(({ labels }) => labels.dst_port === '80')).toMatchObject([
          { labels: { dst_service: 'server', dst_address: server.address } },
        ]);
      });

      it('if a redirect on the client host takes it to a sidecar there, which is not published at the address of the server', async () => {
        await serve(8013);
        await startServer([...ONE_BYTE, '0.0.0.0/8014', '127.0.0.1/8015'], { on: client });
        const toServer = `OUTPUT -d ${server.address} -p tcp --dport 8013 -m owner --uid-owner`;
        translate(client, `${toServer} 61001 -j REDIRECT --to-ports 8014`);
        translate(client, `${toServer} 61002 -j REDIRECT --to-ports 8015`);
        await observe();
        const to = `${server.address}/8013`;
        await Promise.all([connect(to, 3, 61001), connect(to, 4, 61002), connect(to, 5)]);
        expect(await readHalfEdges(onServer, 'inbound', [8013])).toEqual([
          { src: client.address, dst: server.address, port: 8013, count: 5 },
        ]);
        const listeners = parseSeries(await onClient.metrics(), 'service_dependency_listen');
        expect(listeners.filter(({ labels }) => labels.dst_port === '8014')).not.toEqual([]);
        expect(listeners.filter(({ labels }) => labels.dst_address === server.address)).toEqual([]);
      });

      it.skipIf(capture === 'sockdiag')(
        'from the first connection on, if a sidecar connects to the same server as its clients',
        async () => {
          const count = 100;
          await serve(8016);
          const toServer = `OUTPUT -d ${server.address} -p tcp --dport 8016`;
          translate(client, `${toServer} -m owner ! --uid-owner 61016 -j REDIRECT --to-ports 8017`);
          await observe('--interval', '1s');
          const unproxied = ['setpriv', '--reuid', '61016', '--clear-groups'] as const;
          const sidecar = client.start([...unproxied, buildWorkload('sidecar'), '8017']);
          await sidecar.waitForOutput('listening');
          const args = [`target=${server.address}/8016`, `count=${count}`, 'hold=10000', ...ONE_BYTE];
          await runWorkload('client', args, { on: client });
          await expectReported([{ src: client.address, dst: server.address, port: 8016, count }], [8016]);
          const reported = parseSeries(await onClient.metrics(), OPENED).filter(
            ({ labels, value }) => ['8016', '8017'].includes(labels.dst_port ?? '') && value > 0,
          );
          expect(
            reported
              .map(({ labels: { direction, src_service, dst_service, dst_port }, value }) =>
                [direction, src_service, dst_service, dst_port, value].join(' '),
              )
              .sort(),
          ).toEqual([
            `inbound  sidecar 8017 ${count}`,
            `outbound client sidecar 8017 ${count}`,
            `outbound sidecar  8016 ${count}`,
          ]);
          const unattributed = parseSeries(
            await onClient.metrics(),
            'musubi_nat_connections_unattributed_total',
          );
          expect(unattributed.map(({ value }) => value)).toEqual([0, 0]);
        },
      );

      it.skipIf(capture === 'sockdiag')('if one of two backends refuses it', async () => {
        await serve(8018);
        const virtual = `OUTPUT -d ${VIRTUAL} -p tcp --dport 80`;
        translate(
          client,
          `${virtual} -m statistic --mode nth --every 2 --packet 0 -j DNAT --to ${server.address}:8019`,
        );
        translate(client, `${virtual} -j DNAT --to ${server.address}:8018`);
        await observe();
        const attempts = startWorkload('attempt', [`target=${VIRTUAL}/80`, 'count=8'], { on: client });
        await attempts.waitForOutput('finished');
        const at = { src: client.address, dst: server.address };
        await expectReported([{ ...at, port: 8018, count: 4 }], [80, 8018, 8019]);
        expect(await readHalfEdges(onClient, 'outbound', [80, 8018, 8019], FAILED)).toEqual([
          { ...at, port: 8019, count: 4 },
        ]);
      });

      it('if the client host translates the source (SNAT)', async () => {
        await serve(8003);
        const other = client.address.replace(/\d+$/, '200');
        inside(client, 'ip', 'address', 'add', `${other}/24`, 'dev', 'eth0');
        translate(client, `POSTROUTING -p tcp --dport 8003 -j SNAT --to ${other}`);
        await observe();
        await connect(`${server.address}/8003`, 5);
        await expectReported([{ src: other, dst: server.address, port: 8003, count: 5 }], [8003]);
        inside(client, 'ip', 'address', 'delete', `${other}/24`, 'dev', 'eth0');
      });

      it('if it is over IPv6', async () => {
        await serve(8004);
        translate(
          client,
          `OUTPUT -d ${VIRTUAL6} -p tcp --dport 80 -j DNAT --to [${server.address6}]:9004`,
          'ip6tables',
        );
        await observe();
        await connect(`${VIRTUAL6}/80`, 3);
        await expectReported(
          [{ src: client.address6, dst: server.address6, port: 9004, count: 3 }],
          [80, 9004],
        );
      });

      it('if some go to one of two backends in turn, and some are not translated', async () => {
        await serve(8005, 8006, 8007);
        const virtual = `OUTPUT -d ${VIRTUAL} -p tcp --dport 80`;
        translate(
          client,
          `${virtual} -m statistic --mode nth --every 4 --packet 0 -j DNAT --to ${server.address}:8005`,
        );
        translate(client, `${virtual} -j DNAT --to ${server.address}:8006`);
        await observe();
        const connections = capture === 'ebpf' ? 2000 : 100;
        if (capture === 'sockdiag') await connect(`${VIRTUAL}/80`, connections);
        else {
          const brief = ['hold=1000', ...ONE_BYTE];
          await runWorkload('client', [`target=${VIRTUAL}/80`, `count=${connections}`, ...brief], {
            on: client,
          });
        }
        await connect(`${server.address}/8006`, 10);
        const at = { src: client.address, dst: server.address };
        await expectReported(
          [
            { ...at, port: 8005, count: connections / 4 },
            { ...at, port: 8006, count: (connections * 3) / 4 + 10 },
          ],
          [80, 8005, 8006],
        );
      });

      it('if two processes connect to one address, each to its own backend or to none', async () => {
        await serve(8008, 8009);
        const users = { 61001: 8008, 61002: 8009 };
        for (const [user, port] of Object.entries(users))
          translate(
            client,
            `OUTPUT -d ${server.address} -p tcp --dport 8008 -m owner --uid-owner ${user} -j DNAT --to ${server.address}:${port}`,
          );
        await observe();
        const to = `${server.address}/8008`;
        const clients = await Promise.all([
          connect(to, 40, 61001),
          connect(to, 60, 61002),
          connect(to, 30, 61003),
        ]);
        const byPid = async () => {
          const series = parseSeries(await onClient.metrics(), OPENED);
          return clients.map(({ pid }) =>
            series
              .filter(({ labels, value }) => labels.src_pid === `${pid}` && value > 0)
              .map(({ labels: { dst_port }, value }) => ({ port: Number(dst_port), count: value })),
          );
        };
        const at = { src: client.address, dst: server.address };
        await expectReported(
          [
            { ...at, port: 8008, count: 70 },
            { ...at, port: 8009, count: 60 },
          ],
          [8008, 8009],
        );
        expect(await byPid()).toEqual([
          [{ port: 8008, count: 40 }],
          [{ port: 8009, count: 60 }],
          [{ port: 8008, count: 30 }],
        ]);
      });

      it('if it is older than the exporter, for as long as it is open', async () => {
        await serve(8010, 8011);
        const virtual = `OUTPUT -d ${VIRTUAL} -p tcp --dport 80`;
        translate(
          client,
          `${virtual} -m statistic --mode nth --every 2 --packet 0 -j DNAT --to ${server.address}:8010`,
        );
        translate(client, `${virtual} -j DNAT --to ${server.address}:8011`);
        const held = startWorkload('hold', [`target=${VIRTUAL}/80`, 'count=6'], { on: client });
        await held.waitForOutput('held');
        await observe();
        const at = { src: client.address, dst: server.address };
        const open = [8010, 8011].map((port) => ({ ...at, port, count: 3 }));
        await expectReported(open, [80, 8010, 8011], OPEN);
        await held.stop();
        await expectReported([], [80, 8010, 8011], OPEN);
        expect(
          await readHalfEdges(onClient, 'outbound', [80], 'service_dependency_last_seen_seconds'),
        ).toEqual([]);
      });

      it.skipIf(capture === 'sockdiag').each(['connect', 'sendto'])('if it is over UDP (%s)', async (way) => {
        translate(client, `OUTPUT -d ${VIRTUAL} -p udp --dport 53 -j DNAT --to ${server.address}:8012`);
        await observe();
        const serving = startWorkload('udp-server', [`at=${server.address}/8012`], { on: server });
        await serving.waitForOutput('serving');
        const udpClient = startWorkload('udp-client', [`target=${VIRTUAL}/53`, `way=${way}`, 'count=9'], {
          on: client,
        });
        await udpClient.waitForOutput('sent');
        await request(udpClient, 'close', 'closed');
        await expectReported(
          [{ src: client.address, dst: server.address, port: 8012, count: 9 }],
          [53, 8012],
        );
      });
    });
  },
);
