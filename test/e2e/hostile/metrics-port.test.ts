/** An unprivileged local user who occupies the port of the metrics. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CANNOT_CAPTURE } from '../../harness/captures.ts';
import { startConnectionServer } from '../../harness/connections.ts';
import { startAgent } from '../../harness/exporter.ts';
import { MUSUBI, NODE, ROOT } from '../../harness/places.ts';
import { start } from '../../harness/process.ts';
import { parseSeries } from '../../harness/text-page.ts';
import { waitFor } from '../../harness/wait-for.ts';

const UNPRIVILEGED = 65534;
/** As many as a service has by default. */
const DESCRIPTORS = 1024;

const AGENT = [
  ...([NODE, MUSUBI, 'agent'] as const),
  ...['--netns', 'self', '--nat', 'off', '--dns', 'off', '--interval', '100ms'],
  ...['--web.listen-address', '127.0.0.1:0'],
] as const;

const descriptors = (pid: number) => readdirSync(`/proc/${pid}/fd`).length;
const residentMegabytes = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

it.skipIf(CANNOT_CAPTURE)('blinds no capture, delays no scrape and takes no memory', async () => {
  const { running: agent, capture, url, metrics } = await startAgent(AGENT);
  execFileSync('prlimit', ['--pid', `${agent.pid}`, `--nofile=${DESCRIPTORS}`]);
  expect(capture).toBe('ebpf');
  const { port } = new URL(url);
  const server = await startConnectionServer();
  const openedTo = async () =>
    parseSeries(await metrics(), 'service_dependency_connection_opened_total')
      .filter(({ labels }) => labels.dst_port === `${server.port}`)
      .map(({ value }) => value);
  await server.connect(10);
  await waitFor(async () => (await openedTo()).length === 2 || undefined, 'the first connections');
  const memory = residentMegabytes(agent.pid);

  const attackers = (['half', 'unread'] as const).map((kind) =>
    start([NODE, `${ROOT}/test/workloads/occupy.mjs`, port, kind, '2000'], { uid: UNPRIVILEGED }),
  );
  for (const attacker of attackers) await attacker.waitForOutput('occupied');

  const times: number[] = [];
  for (let i = 0; i < 20; i++) {
    const before = performance.now();
    await metrics();
    times.push(performance.now() - before);
    await server.connect(10);
    expect(descriptors(agent.pid)).toBeLessThan(DESCRIPTORS / 2);
  }
  // On a machine that the attackers keep busy as well.
  expect(Math.max(...times)).toBeLessThan(2000);
  expect(residentMegabytes(agent.pid) - memory).toBeLessThan(64);
  await waitFor(
    async () => (await openedTo()).every((value) => value === 210) || undefined,
    async () => `all connections to be counted: ${await openedTo()}`,
  );
  const page = await metrics();
  expect(parseSeries(page, 'musubi_capture_info').map(({ labels }) => labels.capture)).toEqual(['ebpf']);
  expect(parseSeries(page, 'musubi_capture_restarts_total')).toMatchObject([{ value: 0 }]);
  expect(parseSeries(page, 'musubi_collection_cycles_failed_total')).toMatchObject([{ value: 0 }]);
  for (const attacker of attackers) await attacker.stop();
  expect(await agent.stop()).toBe(0);
});
