import { mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcTree, type ProcEntry, type ProcTree } from '../../../test/fixtures/proc-tree.ts';
import type { Listener } from '../capture/capture.ts';
import type { ProcessFiles } from '../proc/process.ts';
import { escapeBytes } from '../text/escape-bytes.ts';
import { createIdentifier, type Identifier, type IdentifierOptions } from './identify.ts';
import { parseRules } from './rules.ts';
import type { Workload } from './workload.ts';

let proc: ProcTree;
let identifier: Identifier;

beforeEach(() => {
  proc = createProcTree({ 20: { comm: 'python3\n', cmdline: 'python3\0/srv/billing.py\0' } });
  identifier = createIdentifier(proc.root);
  identifier.beginCycle();
});

afterEach(() => proc[Symbol.dispose]());

const billing = { service: 'billing', process: 'python3', pid: 20, kind: 'process' };

it('names a process', () => {
  expect(identifier.identify(20)).toEqual(billing);
  expect(identifier.identify(21)).toBeUndefined();
});

it('reads a process once in a cycle, and again in the next', () => {
  identifier.identify(20);
  proc.start(20, { comm: 'nginx\n', cmdline: 'nginx\0' });
  expect(identifier.identify(20)).toEqual(billing);
  identifier.beginCycle();
  expect(identifier.identify(20)).toEqual({ service: 'nginx', process: 'nginx', pid: 20, kind: 'process' });
});

it('keeps a process that has ended for as long as every cycle identifies it', () => {
  identifier.identify(20);
  proc.exit(20);
  for (let cycle = 0; cycle < 3; cycle++) {
    identifier.beginCycle();
    expect(identifier.identify(20)).toEqual(billing);
  }
  identifier.beginCycle();
  identifier.beginCycle();
  expect(identifier.identify(20)).toBeUndefined();
});

describe('a worker', () => {
  const postgres = { comm: 'postgres\n', exe: '/usr/lib/postgresql/bin/postgres' };

  it('has the pid of the first process of its name', () => {
    proc.start(1, { comm: 'systemd\n', cmdline: 'init\0' });
    proc.start(30, { ...postgres, cmdline: 'postgres\0-D\0/data\0', parent: 1 });
    proc.start(31, { ...postgres, cmdline: 'postgres: app shop 10.0.0.9(51000) idle\0', parent: 30 });
    proc.start(32, { ...postgres, cmdline: 'postgres: parallel worker\0', parent: 31 });
    for (const pid of [32, 31, 30])
      expect(identifier.identify(pid)).toEqual({
        service: 'postgres',
        process: 'postgres',
        pid: 30,
        kind: 'process',
      });
  });

  it('keeps it after it has ended', () => {
    proc.start(30, { ...postgres, cmdline: 'postgres\0' });
    proc.start(31, { ...postgres, cmdline: 'postgres\0', parent: 30 });
    identifier.identify(31);
    proc.exit(31);
    identifier.beginCycle();
    expect(identifier.identify(31)?.pid).toBe(30);
  });

  it('is not started by another service, nor another script of the same interpreter', () => {
    proc.start(30, { comm: 'bash\n', cmdline: 'bash\0', parent: 1 });
    proc.start(31, { comm: 'psql\n', cmdline: 'psql\0', parent: 30 });
    proc.start(32, { comm: 'python3\n', cmdline: 'python3\0/srv/mail.py\0', parent: 20 });
    expect(identifier.identify(31)?.pid).toBe(31);
    expect(identifier.identify(32)).toEqual({
      service: 'mail',
      process: 'python3',
      pid: 32,
      kind: 'process',
    });
  });

  it('is named even if reused pids form a cycle', () => {
    proc.start(30, { ...postgres, cmdline: 'postgres\0', parent: 31 });
    proc.start(31, { ...postgres, cmdline: 'postgres\0', parent: 30 });
    expect(identifier.identify(30)?.service).toBe('postgres');
  });
});

describe('a process that only the capture has recorded', () => {
  const parseArgs = (command: string) => command.split(' ').map((arg) => Buffer.from(arg));
  const fetcher = { comm: Buffer.from('python3'), args: parseArgs('python3 /srv/fetch.py'), parent: 30 };
  const keep = (processes: Record<number, ProcessFiles>) => ({
    processOf: (pid: number) => processes[pid],
  });

  it('is named as if it were still running', () => {
    proc.start(40, { comm: 'python3\n', cmdline: 'python3\0/srv/fetch.py\0' });
    const running = identifier.identify(40);
    proc.exit(40);
    const late = createIdentifier(proc.root);
    late.beginCycle(keep({ 40: fetcher }));
    expect(late.identify(40)).toEqual(running);
    expect(late.identify(41)).toBeUndefined();
  });

  it('has the pid of its leader, whether that has ended or not', () => {
    proc.start(30, { comm: 'python3\n', cmdline: 'python3\0/srv/fetch.py\0' });
    identifier.beginCycle(keep({ 40: fetcher }));
    expect(identifier.identify(40)?.pid).toBe(30);
    proc.exit(30);
    const late = createIdentifier(proc.root);
    late.beginCycle(keep({ 40: fetcher, 30: { ...fetcher, parent: 1 } }));
    expect(late.identify(40)?.pid).toBe(30);
  });

  it('keeps its name as a zombie', () => {
    proc.start(40, { comm: 'python3\n', cmdline: '', parent: 1 });
    identifier.beginCycle(keep({ 40: fetcher }));
    expect(identifier.identify(40)).toEqual({
      service: 'fetch',
      process: 'python3',
      pid: 40,
      kind: 'process',
    });
  });

  it('does not get the name of the process that has its pid now', () => {
    identifier.beginCycle(keep({ 20: fetcher }));
    expect(identifier.identify(20)).toEqual(billing);
  });
});

it('keeps the name of a zombie', () => {
  identifier.identify(20);
  proc.start(20, { comm: 'python3\n', cmdline: '' });
  identifier.beginCycle();
  expect(identifier.identify(20)).toEqual(billing);
});

it('truncates a long name between characters', () => {
  proc.start(20, { comm: 'python3\n', cmdline: `python3\0/srv/${'😀'.repeat(2000)}.py\0` });
  const service = identifier.identify(20)?.service ?? '';
  expect(service).toBe(`${'😀'.repeat(127)}…`);
  identifier.beginCycle();
  proc.start(20, { comm: 'python3\n', cmdline: `python3\0/srv/${'😀'.repeat(128)}.py\0` });
  expect(identifier.identify(20)?.service).toBe('😀'.repeat(128));
});

describe('a process is named by the first step that applies', () => {
  const unit = '0::/system.slice/system-db.slice/db@15-main.service\n';
  const db = {
    ...{ comm: 'postgres\n', cmdline: 'postgres\0-D\0/data\0', exe: '/usr/bin/postgres', uid: 70 },
    ...{ cgroup: unit, environ: 'OTEL_SERVICE_NAME=orders-db\0' },
  };
  const rules = parseRules([{ match: { unit: 'db@(.*)', port: 5432 }, service: 'db/$1', site: 'eu' }]);
  const workload: Workload = { kind: 'kubernetes', service: 'shop/db' };
  const listeners: Listener[] = [6543, 5432].map((port) => ({
    ...{ netns: 7, transport: 'tcp', address: '::', port, pid: 30, ipv6Only: false },
  }));

  function name(entry: ProcEntry, options: IdentifierOptions = {}) {
    proc.start(30, entry);
    const one = createIdentifier(proc.root, options);
    one.beginCycle({ listeners });
    const { service, kind, site } = one.identify(30) ?? {};
    return { service, kind, site, step: one.explain(30)?.step };
  }

  it.each<[string, ProcEntry, IdentifierOptions, object]>([
    [
      'a rule',
      db,
      { rules, workloadOf: () => workload },
      { service: 'db/15-main', kind: 'rule', site: 'eu', step: 'rule' },
    ],
    [
      'Kubernetes',
      db,
      { workloadOf: () => workload },
      { service: 'shop/db', kind: 'kubernetes', step: 'kubernetes' },
    ],
    [
      'the container',
      db,
      { workloadOf: () => ({ kind: 'container', service: 'shop-db' }) },
      { service: 'shop-db', kind: 'container', step: 'container' },
    ],
    ['the unit', db, {}, { service: 'db@15-main', kind: 'process', step: 'unit' }],
    [
      'its environment variables',
      { ...db, cgroup: '0::/user.slice/session-1.scope\n' },
      {},
      { service: 'orders-db', kind: 'process', step: 'environment' },
    ],
    [
      'its program',
      { ...db, cgroup: '0::/\n', environ: 'PATH=/bin\0' },
      {},
      { service: 'postgres', kind: 'process', step: 'program' },
    ],
    [
      'its program, if nothing else can be read',
      { comm: 'db\n', cmdline: 'db\0' },
      { rules },
      { service: 'db', kind: 'process', step: 'program' },
    ],
  ])('%s', (_title, entry, options, expected) => {
    expect(name(entry, options)).toEqual({ site: undefined, ...expected });
  });

  it('by its cgroup file of any version', () => {
    const seen: string[] = [];
    const cgroup = '1:name=systemd:/docker/x\n0::/docker/x\n';
    name({ ...db, cgroup }, { workloadOf: (text) => void seen.push(text) });
    expect(new Set(seen)).toEqual(new Set([cgroup]));
  });

  it('but not by the unit of the container engine', () => {
    const id = 'a'.repeat(64);
    const cgroup = `1:name=systemd:/docker/${id}\n0::/system.slice/containerd.service\n`;
    expect(name({ ...db, cgroup, environ: '' })).toMatchObject({ service: 'postgres', step: 'program' });
  });

  it('by a rule with its user', () => {
    proc.start(1, { comm: 'init\n', cmdline: 'init\0' });
    mkdirSync(`${proc.root}/1/root/etc`, { recursive: true });
    writeFileSync(`${proc.root}/1/root/etc/passwd`, 'postgres:x:70:70::/:/bin/sh\n');
    const byUser = parseRules([{ match: { user: '(post.*)' }, service: 'of-$1' }]);
    expect(name(db, { rules: byUser }).service).toBe('of-postgres');
  });

  it.each([
    ['markup', '<script>"&\'\\'],
    ['a newline', 'a\nb'],
    ['right-to-left marks', '\u202egnp.exe'],
    ['253 characters', 'n'.repeat(253)],
    ['any bytes', Buffer.from([0x61, 0xff, 0xfe])],
  ])('and the name is valid text with %s', (_title, hostile) => {
    const bytes = Buffer.from(hostile);
    const environ = Buffer.concat([Buffer.from('OTEL_SERVICE_NAME='), bytes, Buffer.from([0])]);
    const expected = bytes.length > 128 ? `${'n'.repeat(127)}…` : escapeBytes(bytes);
    expect(name({ ...db, cgroup: '', environ }).service).toBe(expected);
  });
});

describe('a process in a machine', () => {
  const nginx = { comm: 'nginx\n', cmdline: 'nginx\0', exe: '/usr/sbin/nginx' };
  const cgroups = {
    host: '0::/system.slice/nginx.service\n',
    web1: '0::/lxc.payload.web-1/system.slice/nginx.service\n',
    web2: '0::/lxc.payload.web-2/system.slice/nginx.service\n',
  };

  it('has the name of its machine and unit', () => {
    for (const [at, cgroup] of Object.values(cgroups).entries()) proc.start(30 + at, { ...nginx, cgroup });
    const identities = [30, 31, 32].map((pid) => identifier.identify(pid));
    expect(identities.map((identity) => [identity?.service, identity?.kind])).toEqual([
      ['nginx', 'process'],
      ['web-1/nginx', 'container'],
      ['web-2/nginx', 'container'],
    ]);
  });

  it('has the name of its machine and its environment or program outside of units', () => {
    const cgroup = '0::/lxc.payload.web-1/init.scope\n';
    proc.start(30, { ...nginx, cgroup });
    proc.start(31, { ...nginx, cgroup, environ: 'OTEL_SERVICE_NAME=cart\0' });
    expect([30, 31].map((pid) => identifier.identify(pid)?.service)).toEqual(['web-1/nginx', 'web-1/cart']);
  });

  it('has no name of a container of the host, also in a container of its machine', () => {
    const id = 'a'.repeat(64);
    proc.start(30, {
      ...nginx,
      cgroup: `0::/lxc.payload.web-1/system.slice/containerd.service/x:docker:${id}\n`,
    });
    expect(identifier.identify(30)?.service).toBe('web-1/nginx');
  });

  it('does not become a worker of a process outside of it', () => {
    proc.start(30, { ...nginx, cgroup: '0::/init.scope\n' });
    proc.start(31, { ...nginx, cgroup: '0::/lxc.payload.web-1\n', parent: 30 });
    proc.start(32, { ...nginx, cgroup: '0::/lxc.payload.web-1\n', parent: 31 });
    expect([31, 32].map((pid) => identifier.identify(pid))).toMatchObject([
      { service: 'web-1/nginx', pid: 31 },
      { service: 'web-1/nginx', pid: 31 },
    ]);
  });

  it('matches rules by the name of its machine', () => {
    const rules = parseRules([
      { match: { container: 'web-\\d', unit: '.*/nginx' }, service: 'front' },
      { match: { unit: 'nginx' }, service: 'host' },
    ]);
    identifier = createIdentifier(proc.root, { rules });
    identifier.beginCycle();
    proc.start(30, { ...nginx, cgroup: cgroups.web1 });
    proc.start(31, { ...nginx, cgroup: cgroups.host });
    expect([30, 31].map((pid) => identifier.identify(pid)?.service)).toEqual(['front', 'host']);
  });
});

describe('a port forwarder', () => {
  beforeEach(() => {
    proc.start(30, { comm: 'socat\n', cmdline: 'socat\0TCP-LISTEN:80,fork\0TCP:10.0.0.5:80\0', parent: 1 });
    proc.start(31, { comm: 'socat\n', cmdline: '', parent: 30 });
  });
  const target = { transport: 'tcp', host: '10.0.0.5', port: 80 };

  it('has the target of its arguments, and so do its children', () => {
    for (const pid of [30, 31])
      expect(identifier.identify(pid)).toMatchObject({ pid: 30, forwardsTo: target });
  });

  it('named by a rule is a service of its own, unless the rule has a target', () => {
    const named = (relay?: string) => {
      const rules = parseRules([
        { match: { executable: 'socat' }, service: 'front', ...(relay && { relay }) },
      ]);
      const ruled = createIdentifier(proc.root, { rules });
      ruled.beginCycle();
      return ruled.identify(30);
    };
    expect(named()).toEqual({ service: 'front', process: 'socat', pid: 30, kind: 'rule' });
    expect(named('db:80')).toMatchObject({ service: 'front', forwardsTo: { ...target, host: 'db' } });
  });
});

describe('an unchanged process', () => {
  const app = { comm: 'app\n', started: 500, argStart: 7 };
  const serviceAfter = (next: ProcEntry, options: IdentifierOptions = {}, listeners: Listener[] = []) => {
    const one = createIdentifier(proc.root, options);
    proc.start(30, { ...app, cmdline: 'app\0', cgroup: '0::/system.slice/first.service\n' });
    one.beginCycle();
    one.identify(30);
    proc.start(30, next);
    one.beginCycle({ listeners });
    return one.identify(30)?.service;
  };
  const second = { cmdline: 'app\0', cgroup: '0::/system.slice/second.service\n' };

  it('is not read again', () => {
    expect(serviceAfter({ ...app, ...second })).toBe('first');
    expect(serviceAfter({ ...app, cmdline: undefined as never })).toBe('first');
  });

  it.each([{ started: 501 }, { comm: 'other\n' }, { argStart: 8 }])('is read again after %j', (change) => {
    expect(serviceAfter({ ...app, ...second, ...change })).toBe('second');
  });

  it('gets another name when it listens on another port, if rules match ports', () => {
    const rules = parseRules([{ match: { port: 80 }, service: 'web' }]);
    const listener: Listener = {
      ...{ netns: 7, transport: 'tcp', address: '::', port: 80, pid: 30, ipv6Only: false },
    };
    expect(serviceAfter({ ...app, ...second }, { rules }, [listener])).toBe('web');
    expect(serviceAfter({ ...app, ...second }, { rules }, [])).toBe('first');
  });

  it('gets the name of its container once that is known', () => {
    const names: Workload[] = [];
    const workloadOf = () => names[0];
    const one = createIdentifier(proc.root, { workloadOf });
    proc.start(30, { ...app, ...second });
    one.beginCycle();
    expect(one.identify(30)).toMatchObject({ service: 'second', kind: 'process' });
    names.push({ kind: 'container', service: 'shop' });
    one.beginCycle();
    expect(one.identify(30)).toMatchObject({ service: 'shop', kind: 'container' });
  });

  it('keeps its name as a zombie, which has lost its arguments', () => {
    expect(serviceAfter({ ...app, argStart: 0, state: 'Z', cmdline: '', cgroup: '0::/\n' })).toBe('first');
  });
});

describe('workers and their leader', () => {
  const app = { comm: 'app\n', cmdline: 'app\0', exe: '/bin/app' };
  const cgroup = (unit: string) => `0::/system.slice/${unit}\n`;
  const nameBoth = (leader: ProcEntry, worker: ProcEntry, options: IdentifierOptions = {}) => {
    proc.start(30, { ...app, parent: 1, ...leader });
    proc.start(31, { ...app, parent: 30, ...worker });
    const one = createIdentifier(proc.root, options);
    const listener = {
      netns: 7,
      transport: 'tcp',
      address: '::',
      port: 80,
      pid: 30,
      ipv6Only: false,
    } as const;
    one.beginCycle({ listeners: [listener] });
    return [30, 31].map((pid) => {
      const { service, kind, pid: leader } = one.identify(pid) ?? {};
      return `${service} ${kind} ${leader}`;
    });
  };

  it('share a unit', () => {
    const unit = { cgroup: cgroup('db@main.service') };
    expect(nameBoth(unit, unit)).toEqual(['db@main process 30', 'db@main process 30']);
  });

  it('share a container', () => {
    const workloadOf = () => ({ kind: 'container', service: 'shop' }) as const;
    expect(nameBoth({}, {}, { workloadOf })).toEqual(['shop container 30', 'shop container 30']);
  });

  it('share the name by a rule that matches the leader’s port', () => {
    const rules = parseRules([{ match: { port: 80 }, service: 'web' }]);
    expect(nameBoth({}, {}, { rules })).toEqual(['web rule 30', 'web rule 30']);
  });

  it('share the leader’s unit, even if the worker is in a session', () => {
    const session = { cgroup: '0::/user.slice/user-0.slice/session-1.scope\n' };
    expect(nameBoth({ cgroup: cgroup('ssh.service') }, session)).toEqual([
      'ssh process 30',
      'ssh process 30',
    ]);
  });

  it('are one process whatever names they set', () => {
    const perl = { exe: '/usr/bin/perl' };
    const child = { ...perl, comm: 'spamd child\n', cmdline: 'spamd child\0' };
    expect(nameBoth({ ...perl, comm: 'spamd\n', cmdline: 'spamd\0' }, child)).toEqual([
      'spamd process 30',
      'spamd process 30',
    ]);
    expect(nameBoth({}, { comm: 'app: worker\n', cmdline: 'app: worker 1\0' })).toEqual([
      'app process 30',
      'app process 30',
    ]);
  });

  it('are one process if Python’s multiprocessing started the worker', () => {
    const python = { comm: 'python3\n', exe: '/usr/bin/python3.11' };
    const leader = { ...python, cmdline: 'python3\0-m\0uvicorn\0shop:app\0' };
    const code = 'from multiprocessing.spawn import spawn_main; spawn_main()';
    const worker = { ...python, cmdline: `python3\0-c\0${code}\0--multiprocessing-fork\0` };
    expect(nameBoth(leader, worker)).toEqual(['uvicorn process 30', 'uvicorn process 30']);
    const unit = { cgroup: cgroup('shop.service') };
    expect(nameBoth({ ...leader, ...unit }, { ...worker, ...unit })).toEqual([
      'shop process 30',
      'shop process 30',
    ]);
    const named = { ...worker, environ: 'OTEL_SERVICE_NAME=mail\0' };
    expect(nameBoth(leader, named)).toEqual(['uvicorn process 30', 'mail process 31']);
    expect(nameBoth({ ...leader, exe: '/usr/bin/python3.9' }, worker)).toEqual([
      'uvicorn process 30',
      'python3 process 31',
    ]);
  });

  it('are two processes if the worker has a name of higher precedence', () => {
    const rules = parseRules([{ match: { command: '.*--mail' }, service: 'mail' }]);
    const mail = { cmdline: 'app\0--mail\0' };
    expect(nameBoth({}, mail, { rules })).toEqual(['app process 30', 'mail rule 31']);
  });

  it('are two processes if their environments have different names', () => {
    const named = (name: string) => ({ environ: `OTEL_SERVICE_NAME=${name}\0` });
    expect(nameBoth(named('a'), named('b'))).toEqual(['a process 30', 'b process 31']);
  });

  it('are two processes for two programs in one unit', () => {
    const unit = { cgroup: cgroup('shop.service') };
    expect(nameBoth(unit, { ...unit, comm: 'helper\n', exe: '/bin/helper' })).toEqual([
      'shop process 30',
      'shop process 31',
    ]);
  });
});

describe('the unit of a process that ended before it was read', () => {
  const curl = { comm: Buffer.from('curl'), args: [Buffer.from('curl')] };
  const cron = { comm: 'cron\n', cmdline: 'cron\0', cgroup: '0::/system.slice/cron.service\n' };
  const nameOf = (kept: Record<number, ProcessFiles>) => {
    identifier.beginCycle({ processOf: (pid) => kept[pid] });
    return identifier.identify(40)?.service;
  };

  it('is that of its parent', () => {
    proc.start(30, cron);
    expect(nameOf({ 40: { ...curl, parent: 30 } })).toBe('cron');
  });

  it('is that of the first running ancestor', () => {
    proc.start(30, cron);
    const shell = { comm: Buffer.from('sh'), args: [], parent: 30 };
    expect(nameOf({ 40: { ...curl, parent: 39 }, 39: shell })).toBe('cron');
  });

  it.each([
    ['backup', '/system.slice/backup.service'],
    ['curl', '/user.slice/session-1.scope'],
    ['cron', '/'],
  ])('is its own if the capture has recorded it, whatever the unit of its parent (%s)', (service, path) => {
    proc.start(30, cron);
    expect(nameOf({ 40: { ...curl, parent: 30, cgroup: Buffer.from(path) } })).toBe(service);
  });

  it('is that of its parent in version 1, if both are in the same cgroup of version 2', () => {
    proc.start(30, { ...cron, cgroup: '1:name=systemd:/system.slice/cron.service\n0::/init.scope\n' });
    expect(nameOf({ 40: { ...curl, parent: 30, cgroup: Buffer.from('/init.scope') } })).toBe('cron');
  });

  it('is unknown without a parent', () => {
    expect(nameOf({ 40: { ...curl, parent: 39 } })).toBe('curl');
    const circle = { ...curl, parent: 41 };
    expect(nameOf({ 40: circle, 41: { ...curl, parent: 40 } })).toBe('curl');
  });
});
