import { readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcTree, type ProcTree } from '../../../test/fixtures/proc-tree.ts';
import { SyscallError } from '../native/syscall-error.ts';
import { type Conntrack, type ConntrackCalls, createConntrack } from './conntrack.ts';

const fixture = (name: string) => readFileSync(`test/fixtures/conntrack/${name}.bin`);
const { EPERM, EAGAIN, ENOBUFS } = constants.errno;
const OWN = 1;

let proc: ProcTree;
let conntrack: Conntrack;
/** Calls to the kernel, with their socket. */
let calls: string[];
/** Pending events of subscribed sockets; an errno is thrown instead. */
let events: (Buffer | number)[];
/** Events that arrive during a dump. */
let duringDump: (Buffer | number)[];
let refuse: { call: string; errno: number } | undefined;
let refusals: [isOwn: boolean, reason: string][];

/** A kernel with recorded events, which answers each dump request with the same recorded dump. */
function createFakeLibc(): ConntrackCalls {
  let sockets = 0;
  const answers = new Map<number, Buffer[]>();
  function call(name: string, fd?: number): void {
    calls.push(fd === undefined ? name : `${name} ${fd}`);
    if (refuse?.call === name) throw new SyscallError(name, refuse.errno);
  }
  return {
    socket() {
      call('socket');
      return ++sockets;
    },
    receiveTimeout() {},
    setOption: (fd, option) => call(`setOption(${option})`, fd),
    attachFilter: (fd) => call('attachFilter', fd),
    bind: (fd) => call('bind', fd),
    send(fd, message) {
      call('send', fd);
      events.push(...duringDump.splice(0));
      const name = message.readUInt32BE(24) === 0x20 ? 'destination' : 'source';
      answers.set(fd, [fixture(`${name}.1`), fixture(`${name}.2`)]);
    },
    recv(fd, into) {
      const next = answers.get(fd)?.shift() ?? events.shift() ?? EAGAIN;
      if (typeof next === 'number') throw new SyscallError('recv', next);
      return next.copy(into);
    },
    close: (fd) => call('close', fd),
    enterNetworkNamespace: () => call('setns'),
  };
}

/** `/proc/net/stat/nf_conntrack` with two CPUs. */
const stat = (entries: number) => `entries  clashres found\n${`${entries.toString(16)}  0 0\n`.repeat(2)}`;
const tracking = (netns: number, entries = 3) => ({ netns, net: { 'stat/nf_conntrack': stat(entries) } });

/** Starts a process with a valid link to its network namespace. */
function start(pid: number | 'self', netns: number, entries?: number): void {
  proc.start(pid, tracking(netns, entries));
  writeFileSync(join(proc.root, `${pid}/ns/net:[${netns}]`), '');
}

beforeEach(() => {
  proc = createProcTree();
  start('self', OWN);
  start(40, OWN);
  calls = [];
  events = [];
  duringDump = [];
  refusals = [];
  refuse = undefined;
  conntrack = createConntrack(
    createFakeLibc(),
    proc.root,
    () => 0,
    (...refusal) => refusals.push(refusal),
  );
});

afterEach(() => {
  conntrack.close();
  proc[Symbol.dispose]();
});

const own = { netns: OWN, pid: 40 };
const ports = () => conntrack.read([own]).connections.map(({ original }) => original.srcPort);
const count = (name: string) => calls.filter((call) => call.startsWith(name)).length;

it('returns tracked connections first, then new ones, each once', () => {
  events = [fixture('new.1')];
  expect(ports().sort()).toEqual([50001, 50002, 50003, 50011]);
  expect(ports()).toEqual([]);
});

it('returns each event, even with the same tuples as an earlier one', () => {
  conntrack.read([own]);
  events = [fixture('new.1'), fixture('new.1')];
  expect(ports()).toEqual([50001, 50001]);
});

it('subscribes with a filter and a large buffer before it dumps the table', () => {
  conntrack.read([own]);
  const subscribing = ['socket', 'setOption(33) 1', 'attachFilter 1', 'bind 1'];
  expect(calls).toEqual([...subscribing, 'socket', 'send 2', 'send 2', 'close 2']);
});

it('returns the network namespace that translated a connection', () => {
  expect(conntrack.read([own])).toMatchObject({ connections: [{ netns: OWN }, {}, {}, {}], namespaces: 1 });
});

it('does nothing if nothing is tracked or connection tracking is not loaded', () => {
  start(40, OWN, 0);
  proc.start(41, { netns: 2 });
  expect(conntrack.read([own, { netns: 2, pid: 41 }])).toEqual({
    ...{ connections: [], overruns: 0, namespaces: 0 },
  });
  expect(calls).toEqual([]);
});

it('subscribes once something is tracked', () => {
  start(40, OWN, 0);
  expect(ports()).toEqual([]);
  start(40, OWN, 1);
  expect(ports()).toHaveLength(4);
});

describe('of many network namespaces that track nothing', () => {
  const others = [...Array(100).keys()].map((i) => ({ netns: 100 + i, pid: 100 + i }));

  beforeEach(() => {
    for (const { netns, pid } of others) start(pid, netns, 0);
    start(40, OWN, 0);
    conntrack.read([own, ...others]);
    for (const { pid } of [own, ...others])
      writeFileSync(join(proc.root, `${pid}/net/stat/nf_conntrack`), stat(1));
  });

  it('checks a bounded number in one call, in turns', () => {
    const subscribed = [0, 1, 2].map(() => conntrack.read(others).namespaces);
    expect(subscribed).toEqual([64, 100, 100]);
  });

  it('checks all those in which connections have been opened', () => {
    const active = new Set(others.slice(64).map(({ netns }) => netns));
    expect(conntrack.read(others, active).namespaces).toBe(100);
  });

  it('checks its own in each call, after all others', () => {
    const { connections } = conntrack.read([own, ...others]);
    expect(new Set(connections.map(({ netns }) => netns)).size).toBe(65);
    expect(connections.at(-1)?.netns).toBe(OWN);
  });
});

describe('an overrun', () => {
  it('is counted, and makes up for lost events by a dump', () => {
    conntrack.read([own]);
    expect(count('send')).toBe(2);
    events = [ENOBUFS];
    expect(conntrack.read([own]).overruns).toBe(1);
    expect(count('send')).toBe(4);
  });

  it('does not repeat connections', () => {
    conntrack.read([own]);
    events = [fixture('new.1'), ENOBUFS, fixture('new.4')];
    expect(ports()).toEqual([50001, 50011]);
  });

  it('during a dump causes another dump', () => {
    duringDump = [ENOBUFS];
    expect(conntrack.read([own]).overruns).toBe(1);
    expect(count('send')).toBe(2);
    conntrack.read([own]);
    conntrack.read([own]);
    expect(count('send')).toBe(4);
  });
});

describe('a network namespace that cannot be subscribed', () => {
  it('is reported once with the reason, and not tried again', () => {
    refuse = { call: 'bind', errno: EPERM };
    expect(conntrack.read([own])).toMatchObject({ connections: [], refused: 'bind failed: EPERM' });
    expect(conntrack.read([own])).toMatchObject({ namespaces: 0, refused: 'bind failed: EPERM' });
    expect(refusals).toEqual([[true, 'bind failed: EPERM']]);
    expect([count('socket'), count('close')]).toEqual([1, 1]);
  });

  it('does not prevent others from being subscribed', () => {
    start(41, 2);
    refuse = { call: 'setns', errno: EPERM };
    expect(conntrack.read([own, { netns: 2, pid: 41 }])).toMatchObject({ namespaces: 1 });
    expect(refusals).toEqual([[false, 'setns failed: EPERM']]);
  });

  it('is tried through another process if the first has exited', () => {
    proc.start(41, tracking(2));
    start(42, 2);
    expect(conntrack.read([own, { netns: 2, pid: 41 }])).toMatchObject({ namespaces: 1 });
    expect(conntrack.read([own, { netns: 2, pid: 42 }])).toMatchObject({ namespaces: 2 });
    expect(refusals).toEqual([]);
  });
});

it('unsubscribes from a network namespace without processes', () => {
  conntrack.read([own]);
  expect(conntrack.read([])).toEqual({ connections: [], overruns: 0, namespaces: 0 });
  expect(calls).toContain('close 1');
});
