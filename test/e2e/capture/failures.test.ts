/**
 * Failed connection attempts: each is counted once, under its reason, and never as opened. They are made in a
 * network namespace whose only network is a program that responds as the test requires (tun-peer.c).
 */
import { constants } from 'node:os';
import { beforeAll, describe, expect, it } from 'vitest';
import { FAILURES, type Observation, SETUP_BOUNDS } from '../../../exporter/agent/capture/capture.ts';
import { beginWatch, CANNOT_CAPTURE, sum, type Watch } from '../../harness/captures.ts';
import { onFileEnd } from '../../harness/cleanup.ts';
import { freePort } from '../../harness/free-port.ts';
import { createNetwork, type Host } from '../../harness/network.ts';
import { setSysctl } from '../../harness/sysctl.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { linesOf, runWorkload, startWorkload, words } from '../../harness/workload.ts';

const DELAY_MS = 30;
const ATTEMPTS = 20;

const { ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, ECONNRESET } = constants.errno;

describe.skipIf(CANNOT_CAPTURE)(`a connection attempt${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`, () => {
  let host: Host;

  beforeAll(async () => {
    host = createNetwork().host('client');
    await setSysctl(host, 'net.ipv4.tcp_syn_retries', '1');
    const peer = startWorkload('tun-peer', [`delay=${DELAY_MS}`], { on: host, onCleanup: onFileEnd });
    await linesOf(peer, 'ready', 1);
  });

  /**
   * Events during another one on the same CPU, for which the kernel does not run the program. No socket scan can
   * recover the end of an attempt that never became a connection.
   */
  const missed = (capture: Watch) => capture.last().table?.missed ?? 0;

  /** The observations of a process, once all its attempts are reported. */
  async function readHalfEdges(capture: Watch, pid: number, attempts: number): Promise<Observation[]> {
    const seen = () => capture.seen({ pid, transport: 'tcp' });
    const count = () => seen().reduce((all, { opened, failed }) => all + opened + total(failed ?? []), 0);
    await waitFor(
      async () => {
        await capture.read();
        return count() >= attempts - missed(capture) || undefined;
      },
      () => `${attempts} attempts of ${pid}: ${JSON.stringify(seen())}`,
      15_000,
    );
    return seen();
  }

  const total = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);

  /** The reported reasons, each with its count. */
  function reasons(seen: readonly Observation[]): Record<string, number> {
    const counts = FAILURES.map((reason, at) => [reason, total(seen.map(({ failed }) => failed?.[at] ?? 0))]);
    return Object.fromEntries(counts.filter(([, count]) => count !== 0));
  }

  async function expectFailed(
    capture: Watch,
    pid: number,
    to: { address: string; port: number; reason: string },
  ) {
    const seen = await readHalfEdges(capture, pid, ATTEMPTS);
    const { [to.reason]: failed = 0, ...others } = reasons(seen);
    expect(others).toEqual({});
    expect(failed).toBeLessThanOrEqual(ATTEMPTS);
    expect(failed).toBeGreaterThanOrEqual(ATTEMPTS - missed(capture));
    expect({ opened: sum(seen, 'opened'), open: sum(seen, 'open') }).toEqual({ opened: 0, open: 0 });
    for (const half of seen) {
      expect(half).toMatchObject({ direction: 'outbound', remoteAddress: to.address, port: to.port });
      expect(total(half.setup?.counts ?? [])).toBe(0);
    }
  }

  it.each([
    ['refused', 11, ECONNREFUSED],
    ['timeout', 10, ETIMEDOUT],
    ['host_unreachable', 12, EHOSTUNREACH],
    ['net_unreachable', 13, ENETUNREACH],
    ['reset', 14, ECONNRESET],
  ])('is reported as %s', async (reason, part, errno) => {
    const capture = await beginWatch('ebpf', 'all');
    await Promise.all(
      [`10.99.0.${part}`, `fd99::${part}`].map(async (address) => {
        const attempt = startWorkload('attempt', [`target=${address}/80`, `count=${ATTEMPTS}`], {
          on: host,
        });
        await linesOf(attempt, 'finished', 1);
        const outcomes = words(attempt.stdout(), 'outcome').map(([number]) => Number(number));
        expect(outcomes).toEqual(Array(ATTEMPTS).fill(errno));
        await expectFailed(capture, attempt.pid, { address, port: 80, reason });
      }),
    );
  });

  it.each(['127.0.0.1', '::1'])(
    'is reported as refused at a port of %s without a listener',
    async (address) => {
      const capture = await beginWatch('ebpf', 'all');
      const port = await freePort();
      const attempt = startWorkload('attempt', [`target=${address}/${port}`, `count=${ATTEMPTS}`]);
      await linesOf(attempt, 'finished', 1);
      await expectFailed(capture, attempt.pid, { address, port, reason: 'refused' });
      expect(capture.seen({ port, direction: 'inbound' })).toEqual([]);
    },
  );

  it.each(['10.99.0.10', 'fd99::10'])(
    'is reported as cancelled if the client closes the socket before %s responds',
    async (address) => {
      const capture = await beginWatch('ebpf', 'all');
      const args = [`target=${address}/80`, `count=${ATTEMPTS}`, 'then=close'];
      const attempt = startWorkload('attempt', args, { on: host });
      await linesOf(attempt, 'finished', 1);
      await expectFailed(capture, attempt.pid, { address, port: 80, reason: 'cancelled' });
    },
  );

  it('is reported as cancelled if the client is killed', async () => {
    const capture = await beginWatch('ebpf', 'all');
    const address = '10.99.0.10';
    const args = [`target=${address}/80`, `count=${ATTEMPTS}`, 'then=hang'];
    const attempt = startWorkload('attempt', args, { on: host });
    await linesOf(attempt, 'connecting', 1);
    await capture.read();
    expect(reasons(capture.seen({ pid: attempt.pid })), 'attempted and not yet failed').toEqual({});
    await attempt.stop('SIGKILL');
    await expectFailed(capture, attempt.pid, { address, port: 80, reason: 'cancelled' });
  });

  it('is reported as failed if no ephemeral port is left', async () => {
    const crammed = createNetwork().host('crammed');
    await setSysctl(crammed, 'net.ipv4.ip_local_port_range', '40000 40001');
    const server = startWorkload('server', ['127.0.0.1/80'], { on: crammed });
    await linesOf(server, 'listening', 1);
    const capture = await beginWatch('ebpf', 'all');
    const attempt = startWorkload('attempt', ['target=127.0.0.1/80', 'count=5'], { on: crammed });
    await linesOf(attempt, 'finished', 1);
    const outcomes = words(attempt.stdout(), 'outcome').map(([errno]) => Number(errno));
    const failed = outcomes.filter((errno) => errno === constants.errno.EADDRNOTAVAIL).length;
    expect(failed).toBeGreaterThan(0);
    const seen = await readHalfEdges(capture, attempt.pid, 5);
    expect(total(Object.values(reasons(seen)))).toBe(failed);
    expect(sum(seen, 'opened')).toBe(5 - failed);
  });

  it.each(['10.99.0.15', 'fd99::15'])('is reported as established if %s responds late', async (address) => {
    const capture = await beginWatch('ebpf', 'all');
    const attempt = startWorkload('attempt', [`target=${address}/80`, `count=${ATTEMPTS}`], { on: host });
    await linesOf(attempt, 'finished', 1);
    const seen = await readHalfEdges(capture, attempt.pid, ATTEMPTS);
    expect(reasons(seen)).toEqual({});
    expect({ opened: sum(seen, 'opened'), open: sum(seen, 'open') }).toEqual({
      opened: ATTEMPTS,
      open: ATTEMPTS,
    });
    const waited = words(attempt.stdout(), 'outcome').reduce((all, [, us]) => all + Number(us) / 1e6, 0);
    const setup = seen.reduce((all, half) => all + (half.setup?.sum ?? 0), 0);
    const counts = seen.flatMap((half) => half.setup?.counts ?? []);
    expect(total(counts)).toBe(ATTEMPTS);
    expect(setup).toBeGreaterThanOrEqual((ATTEMPTS * DELAY_MS) / 1000);
    expect(setup).toBeLessThanOrEqual(waited);
    const shorter = SETUP_BOUNDS.filter((bound) => bound < DELAY_MS / 1000).length;
    for (const half of seen) expect(total(half.setup?.counts.slice(0, shorter) ?? [])).toBe(0);
  });

  it('has its set-up time reported by the client, not by the server', async () => {
    const capture = await beginWatch('ebpf');
    const server = startWorkload('server', ['request=1', 'answer=1', '127.0.0.1/0']);
    const [[port] = []] = await linesOf(server, 'listening', 1);
    await runWorkload('client', [`target=127.0.0.1/${port}`, 'count=50']);
    await capture.read();
    const of = (direction: string) =>
      capture.seen({ port: Number(port) }).filter((seen) => seen.direction === direction);
    expect(total(of('outbound').flatMap(({ setup }) => setup?.counts ?? []))).toBe(50);
    expect(total(of('inbound').flatMap(({ setup }) => setup?.counts ?? []))).toBe(0);
  });
});
