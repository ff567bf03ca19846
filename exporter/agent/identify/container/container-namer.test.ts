import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asUnprivilegedUser } from '../../../../test/fixtures/as-unprivileged-user.ts';
import type { Container } from './cgroup.ts';
import { type ContainerNamer, createContainerNamer } from './container-namer.ts';
import { createEngine } from './engine.ts';

const MINUTE = 60_000;

const container = (number: number, fields: Partial<Container> = {}): Container => ({
  runtime: 'docker',
  containerId: `${number}`.padStart(64, '0'),
  ...fields,
});
const WEB = container(1);
const named = (name: string) => ({ service: name, kind: 'container', container: name });

let folder: string;
let server: Server;
let requests: string[];
let respond: (request: IncomingMessage, response: ServerResponse) => void;
let now: number;
let warnings: unknown[];

/** Responds as Docker does for a container of that name. */
function withName(name: string) {
  return ({ url = '' }: IncomingMessage, response: ServerResponse) => {
    const Id = url.split('/')[2];
    response.end(JSON.stringify({ Id, Name: `/${name}`, Config: { Labels: null, Image: 'nginx' } }));
  };
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'musubi-engine-'));
  requests = [];
  warnings = [];
  now = 0;
  respond = withName('web');
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    respond(request, response);
  });
  server.listen(join(folder, 'docker.sock'));
  await once(server, 'listening');
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

function createNamer({ socket = 'docker.sock', timeout = 5000 } = {}): ContainerNamer {
  const engine = createEngine({
    title: 'Docker',
    socketPath: join(folder, socket),
    runtimes: ['docker', 'unknown'],
  });
  return createContainerNamer({
    sources: [engine],
    log: { warn: (message, fields) => warnings.push([message, fields]) },
    uptime: () => now,
    timeout,
  });
}

/** The name of a container after a refresh. */
async function nameOf(namer: ContainerNamer, container: Container) {
  namer.name(container);
  await namer.refresh();
  return namer.name(container);
}

it('names a container after a refresh, and does not look it up again', async () => {
  const namer = createNamer();
  expect(namer.name(WEB)).toBe('pending');
  expect(await namer.refresh()).toBe(true);
  expect(namer.name(WEB)).toEqual(named('web'));
  now += 100 * MINUTE;
  expect(await nameOf(namer, WEB)).toEqual(named('web'));
  expect(requests).toEqual([`/containers/${WEB.containerId}/json`]);
});

it('sends no request when nothing is pending', async () => {
  expect(await createNamer().refresh()).toBe(false);
  expect(requests).toEqual([]);
});

it('names many containers at once', async () => {
  const namer = createNamer();
  const many = Array.from({ length: 100 }, (_, number) => container(number));
  for (const container of many) namer.name(container);
  await namer.refresh();
  for (const container of many) expect(namer.name(container)).toEqual(named('web'));
  expect(requests.length).toBe(100);
});

it('does not name a container that no source might know', async () => {
  const namer = createNamer();
  expect(await nameOf(namer, container(1, { runtime: 'cri-o' }))).toBeUndefined();
  expect(await nameOf(namer, container(2, { podUid: 'u-1' }))).toBeUndefined();
  expect(requests).toEqual([]);
  expect(warnings).toEqual([]);
});

it('does not name a container unknown to the engine, and looks it up again after a minute', async () => {
  const namer = createNamer();
  respond = (_request, response) => response.writeHead(404).end('{"message":"No such container"}');
  expect(await nameOf(namer, WEB)).toBeUndefined();
  expect(await nameOf(namer, WEB)).toBeUndefined();
  expect(requests.length).toBe(1);
  respond = withName('web');
  now += MINUTE;
  // The old result stays until the new one is known.
  expect(namer.name(WEB)).toBeUndefined();
  await namer.refresh();
  expect(namer.name(WEB)).toEqual(named('web'));
  expect(warnings).toEqual([]);
});

describe('a container engine that', () => {
  const garbage = 'x'.repeat(2 << 20);

  it.each([
    ['fails', (response: ServerResponse) => response.writeHead(500).end('{}'), 'status 500'],
    ['responds with garbage', (response: ServerResponse) => response.end('\0<html>'), 'not JSON'],
    [
      'responds for another container',
      (response: ServerResponse) => response.end('{"Id":"1"}'),
      'not a description of the container',
    ],
    [
      'responds without end',
      (response: ServerResponse) => response.end(garbage),
      'larger than 1048576 bytes',
    ],
    ['hangs up', (response: ServerResponse) => response.destroy(), 'hang up'],
  ])('%s is logged once, not queried for a minute, and then queried again', async (_title, react, reason) => {
    const namer = createNamer();
    respond = (_request, response) => react(response);
    expect(await nameOf(namer, WEB)).toBeUndefined();
    const fields = { source: `Docker at ${folder}/docker.sock`, reason: expect.stringContaining(reason) };
    expect(warnings).toEqual([['cannot look up container names', fields]]);
    expect(await nameOf(namer, container(2))).toBeUndefined();
    expect(requests.length).toBe(1);
    now += MINUTE;
    expect(await nameOf(namer, WEB)).toBeUndefined();
    expect(requests.length).toBe(2);
    expect(warnings.length).toBe(1);
    now += MINUTE;
    respond = withName('web');
    expect(await nameOf(namer, WEB)).toEqual(named('web'));
  });

  it('does not exist is logged with the reason', async () => {
    expect(await nameOf(createNamer({ socket: 'none.sock' }), WEB)).toBeUndefined();
    expect(warnings).toMatchObject([[expect.any(String), { reason: expect.stringContaining('ENOENT') }]]);
  });

  it('denies access is logged with the reason', async () => {
    chmodSync(folder, 0);
    try {
      expect(await asUnprivilegedUser(() => nameOf(createNamer(), WEB))).toBeUndefined();
    } finally {
      chmodSync(folder, 0o700);
    }
    expect(warnings).toMatchObject([[expect.any(String), { reason: expect.stringContaining('EACCES') }]]);
  });

  it('does not respond is waited for no longer than the timeout', async () => {
    respond = () => {};
    const start = performance.now();
    expect(await nameOf(createNamer({ timeout: 50 }), WEB)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(1000);
    expect(warnings).toMatchObject([[expect.any(String), { reason: 'no response in time' }]]);
  });

  it('fails again after it has worked is logged again', async () => {
    const namer = createNamer();
    const fail = (_request: unknown, response: ServerResponse) => response.destroy();
    respond = fail;
    await nameOf(namer, WEB);
    now += MINUTE;
    respond = withName('web');
    await nameOf(namer, WEB);
    respond = fail;
    await nameOf(namer, container(2));
    expect(warnings.length).toBe(2);
  });

  it('responds for some containers in time names the others at the next refresh', async () => {
    const namer = createNamer({ timeout: 300 });
    const many = [container(1), container(2)];
    respond = (request, response) => {
      if (request.url?.includes(container(1).containerId)) withName('web')(request, response);
    };
    for (const container of many) namer.name(container);
    await namer.refresh();
    expect(many.map(namer.name)).toEqual([named('web'), undefined]);
    respond = withName('api');
    await namer.refresh();
    expect(many.map(namer.name)).toEqual([named('web'), named('api')]);
    expect(warnings).toEqual([]);
  });
});

it('keeps a bounded number of names', async () => {
  const namer = createNamer({ socket: 'none.sock' });
  for (let number = 0; number < 5000; number++) namer.name(container(number));
  await namer.refresh();
  expect(namer.name(container(0))).toBe('pending');
  expect(namer.name(container(4999))).toBeUndefined();
});
