import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asNobody } from '../../../../test/fixtures/as-nobody.ts';
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
let asked: string[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let now: number;
let warnings: unknown[];

/** Answers as Docker does for a container of that name. */
function tellName(name: string) {
  return ({ url = '' }: IncomingMessage, response: ServerResponse) => {
    const Id = url.split('/')[2];
    response.end(JSON.stringify({ Id, Name: `/${name}`, Config: { Labels: null, Image: 'nginx' } }));
  };
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'musubi-engine-'));
  asked = [];
  warnings = [];
  now = 0;
  answer = tellName('web');
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  server.listen(join(folder, 'docker.sock'));
  await once(server, 'listening');
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

function createNamer({ socket = 'docker.sock', patience = 5000 } = {}): ContainerNamer {
  const engine = createEngine({
    title: 'Docker',
    socketPath: join(folder, socket),
    runtimes: ['docker', 'unknown'],
  });
  return createContainerNamer({
    sources: [engine],
    log: { warn: (message, fields) => warnings.push([message, fields]) },
    uptime: () => now,
    patience,
  });
}

/** The name that the namer gives once it has been allowed to ask. */
async function nameOf(namer: ContainerNamer, one: Container) {
  namer.name(one);
  await namer.refresh();
  return namer.name(one);
}

it('names a container once it has been allowed to ask, and does not ask again', async () => {
  const namer = createNamer();
  expect(namer.name(WEB)).toBe('pending');
  expect(await namer.refresh()).toBe(true);
  expect(namer.name(WEB)).toEqual(named('web'));
  now += 100 * MINUTE;
  expect(await nameOf(namer, WEB)).toEqual(named('web'));
  expect(asked).toEqual([`/containers/${WEB.containerId}/json`]);
});

it('asks nobody when nothing is pending', async () => {
  expect(await createNamer().refresh()).toBe(false);
  expect(asked).toEqual([]);
});

it('names many at once', async () => {
  const namer = createNamer();
  const many = Array.from({ length: 100 }, (_, number) => container(number));
  for (const one of many) namer.name(one);
  await namer.refresh();
  for (const one of many) expect(namer.name(one)).toEqual(named('web'));
  expect(asked.length).toBe(100);
});

it('gives no name to a container of which nobody could tell', async () => {
  const namer = createNamer();
  expect(await nameOf(namer, container(1, { runtime: 'cri-o' }))).toBeUndefined();
  expect(await nameOf(namer, container(2, { podUid: 'u-1' }))).toBeUndefined();
  expect(asked).toEqual([]);
  expect(warnings).toEqual([]);
});

it('has no name while the engine knows no such container, and asks again after a minute', async () => {
  const namer = createNamer();
  answer = (_request, response) => response.writeHead(404).end('{"message":"No such container"}');
  expect(await nameOf(namer, WEB)).toBeUndefined();
  expect(await nameOf(namer, WEB)).toBeUndefined();
  expect(asked.length).toBe(1);
  answer = tellName('web');
  now += MINUTE;
  // The old name stays until the new one is there.
  expect(namer.name(WEB)).toBeUndefined();
  await namer.refresh();
  expect(namer.name(WEB)).toEqual(named('web'));
  expect(warnings).toEqual([]);
});

describe('an engine that', () => {
  const garbage = 'x'.repeat(2 << 20);

  it.each([
    ['has trouble', (response: ServerResponse) => response.writeHead(500).end('{}'), 'status 500'],
    ['answers garbage', (response: ServerResponse) => response.end('\0<html>'), 'not JSON'],
    [
      'answers of another container',
      (response: ServerResponse) => response.end('{"Id":"1"}'),
      'not of a container',
    ],
    ['answers without end', (response: ServerResponse) => response.end(garbage), 'more than 1048576 bytes'],
    ['hangs up', (response: ServerResponse) => response.destroy(), 'hang up'],
  ])('%s is warned of once, left alone for a minute, and then asked again', async (_title, react, reason) => {
    const namer = createNamer();
    answer = (_request, response) => react(response);
    expect(await nameOf(namer, WEB)).toBeUndefined();
    const told = { of: `Docker at ${folder}/docker.sock`, reason: expect.stringContaining(reason) };
    expect(warnings).toEqual([['cannot ask for names of containers', told]]);
    expect(await nameOf(namer, container(2))).toBeUndefined();
    expect(asked.length).toBe(1);
    now += MINUTE;
    expect(await nameOf(namer, WEB)).toBeUndefined();
    expect(asked.length).toBe(2);
    expect(warnings.length).toBe(1);
    now += MINUTE;
    answer = tellName('web');
    expect(await nameOf(namer, WEB)).toEqual(named('web'));
  });

  it('is not there is warned of with the reason', async () => {
    expect(await nameOf(createNamer({ socket: 'none.sock' }), WEB)).toBeUndefined();
    expect(warnings).toMatchObject([[expect.any(String), { reason: expect.stringContaining('ENOENT') }]]);
  });

  it('denies access is warned of with the reason', async () => {
    chmodSync(folder, 0);
    try {
      expect(await asNobody(() => nameOf(createNamer(), WEB))).toBeUndefined();
    } finally {
      chmodSync(folder, 0o700);
    }
    expect(warnings).toMatchObject([[expect.any(String), { reason: expect.stringContaining('EACCES') }]]);
  });

  it('does not answer is waited for no longer than told', async () => {
    answer = () => {};
    const start = performance.now();
    expect(await nameOf(createNamer({ patience: 50 }), WEB)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(1000);
    expect(warnings).toMatchObject([[expect.any(String), { reason: 'no answer in time' }]]);
  });

  it('fails again after it has worked is warned of again', async () => {
    const namer = createNamer();
    const fail = (_request: unknown, response: ServerResponse) => response.destroy();
    answer = fail;
    await nameOf(namer, WEB);
    now += MINUTE;
    answer = tellName('web');
    await nameOf(namer, WEB);
    answer = fail;
    await nameOf(namer, container(2));
    expect(warnings.length).toBe(2);
  });

  it('answers for some in time names the others at the next refresh', async () => {
    const namer = createNamer({ patience: 300 });
    const many = [container(1), container(2)];
    answer = (request, response) => {
      if (request.url?.includes(container(1).containerId)) tellName('web')(request, response);
    };
    for (const one of many) namer.name(one);
    await namer.refresh();
    expect(many.map(namer.name)).toEqual([named('web'), undefined]);
    answer = tellName('api');
    await namer.refresh();
    expect(many.map(namer.name)).toEqual([named('web'), named('api')]);
    expect(warnings).toEqual([]);
  });
});

it('holds a bounded number of names', async () => {
  const namer = createNamer({ socket: 'none.sock' });
  for (let number = 0; number < 5000; number++) namer.name(container(number));
  await namer.refresh();
  expect(namer.name(container(0))).toBe('pending');
  expect(namer.name(container(4999))).toBeUndefined();
});
