import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { CANNOT_CAPTURE } from '../harness/captures.ts';
import { onFileEnd } from '../harness/cleanup.ts';
import { EXPORTER_PORT, type Exporter, startExporter } from '../harness/exporter.ts';
import { createNetwork } from '../harness/network.ts';
import { nginxCommand } from '../harness/nginx.ts';
import { findTool, toolPath } from '../harness/places.ts';
import type { Running } from '../harness/process.ts';
import { parseSeries } from '../harness/text-page.ts';
import { waitFor } from '../harness/wait-for.ts';

const HTTP_PORT = 8085;
const SQL_PORT = 5433;
const BACKENDS = 20;
const VISITS = 40;
/** PostgreSQL does not run as root. */
const UNPRIVILEGED = 65534;

const host = createNetwork().host('host');
const folder = mkdtempSync(join(tmpdir(), 'musubi-stable-'));
chmodSync(folder, 0o755);
onFileEnd(() => rmSync(folder, { recursive: true }));

/** The folder of PostgreSQL's programs, or why they do not run here. */
function findPostgres(): { folder: string } | { missing: string } {
  const found = findTool('postgres');
  if (found === undefined) return { missing: 'needs Debian’s postgresql-15; npm test unpacks it' };
  const program = realpathSync(found);
  const { status, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return status === 0 ? { folder: dirname(program) } : { missing: `postgres does not run: ${stderr}` };
}

async function startPostgres(programs: string): Promise<Running> {
  const data = join(folder, 'data');
  const unprivileged = [
    'setpriv',
    `--reuid=${UNPRIVILEGED}`,
    `--regid=${UNPRIVILEGED}`,
    '--clear-groups',
  ] as const;
  const settings = ['-c', `listen_addresses=${host.address}`, '-c', 'unix_socket_directories='];
  chownSync(folder, UNPRIVILEGED, UNPRIVILEGED);
  const initdb = host.start([
    ...unprivileged,
    join(programs, 'initdb'),
    ...['-D', data, '-A', 'trust', '-U', 'test', '--no-sync', '--locale=C'],
  ]);
  expect([await initdb.exited, initdb.stderr()]).toMatchObject([0, expect.any(String)]);
  writeFileSync(join(data, 'pg_hba.conf'), 'host all all all trust\n');
  const postgres = host.start([
    ...unprivileged,
    join(programs, 'postgres'),
    ...['-D', data, '-p', `${SQL_PORT}`, '-F', ...settings],
  ]);
  await waitFor(
    () => postgres.stderr().includes('ready to accept connections') || undefined,
    () => `PostgreSQL: ${postgres.stderr()}`,
  );
  return postgres;
}

/** Opens a session, for which the server forks a backend: protocol 3.0, user `test`. */
function openSession(): Promise<Socket> {
  const body = Buffer.from('\0\x03\0\0user\0test\0database\0postgres\0\0', 'latin1');
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return new Promise((resolve, reject) => {
    let response = '';
    const socket = connect(SQL_PORT, host.address, () => socket.write(Buffer.concat([length, body])));
    socket.once('error', reject).once('close', () => reject(new Error(`PostgreSQL closed: ${response}`)));
    socket.on('data', (part) => {
      response += part.toString('latin1');
      // ReadyForQuery, idle.
      if (response.endsWith('Z\0\0\0\x05I')) resolve(socket);
    });
  });
}

/** Replaces every backend by a new one. */
async function replaceSessions(sessions: Socket[]): Promise<void> {
  for (const socket of sessions.splice(0)) socket.destroy();
  for (let i = 0; i < BACKENDS; i++) sessions.push(await openSession());
}

/** Sends `VISITS` requests to nginx, each over a connection of its own. */
async function visit(): Promise<void> {
  const headers = { connection: 'close' };
  const request = () => fetch(`http://${host.address}:${HTTP_PORT}/`, { headers });
  for (let i = 0; i < VISITS; i++) await (await request()).text();
}

/** Runs the job `count` times in sequence, each time in a new process. */
async function runJobs(count: number): Promise<void> {
  const job = join(folder, 'report.sh');
  writeFileSync(job, `#!/bin/bash\nexec 3<>/dev/tcp/${host.address}/${HTTP_PORT}\n`, { mode: 0o755 });
  const cron = host.start(['bash', '-c', `for ((i = 0; i < ${count}; i++)); do ${job}; done`]);
  expect([await cron.exited, cron.stderr()]).toEqual([0, '']);
}

/**
 * All series of the services, each as its name and labels; without round-trip times, which exist only while a connection
 * is open and found by socket scans.
 */
async function seriesOf(exporter: Exporter): Promise<string[]> {
  await exporter.cycle();
  const isWanted = (line: string) =>
    /^service_dependency_(?!tcp_rtt)/.test(line) &&
    [HTTP_PORT, SQL_PORT].some((port) => line.includes(`dst_port="${port}"`));
  const lines = (await exporter.metrics()).split('\n').filter(isWanted);
  return lines.map((line) => line.slice(0, line.lastIndexOf(' '))).sort();
}

it('nginx, PostgreSQL and a job are three services, with the same series after an hour as after a minute', async ({
  skip,
}) => {
  if (CANNOT_CAPTURE) return skip(CANNOT_CAPTURE);
  const postgresql = findPostgres();
  if ('missing' in postgresql) return skip(postgresql.missing);
  const exporter = await startExporter(host, ['--capture', 'ebpf']);
  const nginx = host.start(
    nginxCommand(toolPath('nginx'), folder, { workers: 4, listen: `${host.address}:${HTTP_PORT}` }),
  );
  const postgres = await startPostgres(postgresql.folder);
  await waitFor(
    () => visit().then(() => true as const),
    () => `nginx: ${nginx.stderr()}`,
  );
  const sessions: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sessions) socket.destroy();
  });

  await replaceSessions(sessions);
  await runJobs(60);
  const afterMinute = await seriesOf(exporter);
  expect(afterMinute.length).toBeGreaterThan(20);
  await replaceSessions(sessions);
  await visit();
  await runJobs(3540);
  expect(await seriesOf(exporter)).toEqual(afterMinute);

  const opened = parseSeries(await exporter.metrics(), 'service_dependency_connection_opened_total');
  const sumOf = (direction: string, name: string, port: number) =>
    opened
      .filter(({ labels }) => labels.direction === direction && Number(labels.dst_port) === port)
      .filter(({ labels }) => labels[direction === 'inbound' ? 'dst_service' : 'src_service'] === name)
      .reduce((total, { value }) => total + value, 0);
  expect(sumOf('outbound', 'report', HTTP_PORT)).toBe(3600);
  expect(sumOf('inbound', 'nginx', HTTP_PORT)).toBe(3600 + 2 * VISITS);
  expect(sumOf('inbound', 'postgres', SQL_PORT)).toBe(2 * BACKENDS);
  const inbound = opened.filter(({ labels }) => labels.direction === 'inbound');
  const names = inbound.map(({ labels }) => `${labels.dst_service} ${labels.dst_pid} ${labels.dst_port}`);
  expect([...new Set(names)].sort()).toEqual([
    `musubi ${exporter.running.pid} ${EXPORTER_PORT}`,
    `nginx ${nginx.pid} ${HTTP_PORT}`,
    `postgres ${postgres.pid} ${SQL_PORT}`,
  ]);
}, 240_000);
