import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { onFileEnd } from '../harness/cleanup.ts';
import { type Exporter, startExporter } from '../harness/exporter.ts';
import { createNetwork, type Host } from '../harness/network.ts';
import { NODE } from '../harness/places.ts';
import type { Running } from '../harness/process.ts';
import { parseSeries } from '../harness/text-page.ts';

/** Listens on the Unix socket of its argument. */
const DB = `
import { createServer } from 'node:net';
const path = process.argv[2].replace(/^@/, '\\0');
createServer((socket) => socket.pipe(socket)).listen(path, () => console.log('listening'));
`;
/** Holds one connection to it until it reads a line. */
const APP = `
import { connect } from 'node:net';
const socket = connect(process.argv[2].replace(/^@/, '\\0'), () => console.log('connected'));
process.stdin.once('data', () => socket.destroy().once('close', () => console.log('closed')));
`;

let host: Host;
let other: Host;
let folder: string;
let sockets = 0;

beforeAll(() => {
  const network = createNetwork();
  host = network.host('host');
  other = network.host('other');
  folder = mkdtempSync(join(tmpdir(), 'musubi-unix-'));
  onFileEnd(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'db.mjs'), DB);
  writeFileSync(join(folder, 'app.mjs'), APP);
});

/** A socket address that is removed with the test. */
function socketName(kind: 'path' | 'abstract'): string {
  const name = `db-${sockets++}.sock`;
  if (kind === 'abstract') return `@musubi-${process.pid}-${name}`;
  const path = join(folder, name);
  onTestFinished(() => rmSync(path, { force: true }));
  return path;
}

async function serve(where: Host, address: string): Promise<Running> {
  const db = where.start([NODE, join(folder, 'db.mjs'), address]);
  await db.waitForOutput('listening');
  return db;
}

async function connect(address: string): Promise<Running> {
  const app = host.start([NODE, join(folder, 'app.mjs'), address]);
  await app.waitForOutput('connected');
  return app;
}

async function series(exporter: Exporter, metric: string, address: string) {
  const all = parseSeries(await exporter.metrics(), metric);
  return all.filter(({ labels }) => labels.dst_address === address);
}

const count = (exporter: Exporter, address: string) =>
  series(exporter, 'service_dependency_active_connections', address);

describe.each(['path', 'abstract'] as const)('a Unix socket with a name that is %s', (kind) => {
  it('is a dependency between the services of its endpoints while it is open', async () => {
    const address = socketName(kind);
    const exporter = await startExporter(host, ['--capture', 'sockdiag']);
    const db = await serve(host, address);
    const app = await connect(address);
    await exporter.cycle();
    const expected = {
      network_transport: 'unix',
      direction: 'outbound',
      src_service: 'app',
      src_pid: `${app.pid}`,
      dst_service: 'db',
      dst_pid: `${db.pid}`,
      dst_address: address,
    };
    const edges = await count(exporter, address);
    expect(edges).toMatchObject([{ labels: expected, value: 1 }]);
    expect(edges[0]?.labels).not.toHaveProperty('dst_port');
    const opened = await series(exporter, 'service_dependency_connection_opened_total', address);
    expect(opened).toMatchObject([{ labels: expected, value: 1 }]);
    const listen = await series(exporter, 'service_dependency_listen', address);
    expect(listen).toMatchObject([{ labels: { network_transport: 'unix', dst_service: 'db' }, value: 1 }]);

    app.writeLine('close');
    await app.waitForOutput('closed');
    await exporter.cycle();
    expect(await count(exporter, address)).toMatchObject([{ labels: expected, value: 0 }]);
  });
});

it('a Unix socket shared by two network namespaces, as with containers, names the service in the other', async () => {
  const address = socketName('path');
  const db = await serve(other, address);
  const app = await connect(address);
  const exporter = await startExporter(host, ['--capture', 'sockdiag']);
  expect(await count(exporter, address)).toMatchObject([
    {
      labels: {
        src_service: 'app',
        src_pid: `${app.pid}`,
        dst_service: 'db',
        dst_pid: `${db.pid}`,
      },
      value: 1,
    },
  ]);
});
