import { beforeEach, describe, expect, it } from 'vitest';
import { createEdges, type Edges } from './edges.ts';
import { createFakeProgram, type FakeProgram } from './fake-program.case.ts';
import { addressBytes, keyBytes } from './kernel-bytes.case.ts';
import type { ListenerSocket } from './listeners.ts';
import { createSocketOwners } from './socket-owners.ts';

const MINUTE = 60_000;
const UDP = 17;

let program: FakeProgram;
let now: number;
let edges: Edges;

beforeEach(() => {
  program = createFakeProgram();
  now = 1;
  edges = createEdges(program, () => now);
});

/** One cycle, a second after the previous one. */
function observe(listeners: readonly ListenerSocket[] = []) {
  now += 1000;
  program.scans++;
  return edges.observe(createSocketOwners(listeners));
}

const listener = (fields: Partial<ListenerSocket> = {}): ListenerSocket => ({
  ...{ netns: 1, transport: 'tcp', address: '0.0.0.0', port: 80, pid: 9, ipv6Only: false },
  ...{ image: 5, recordedPid: fields.pid ?? 9, ...fields },
});

describe('a record', () => {
  it('is reported as one observation', () => {
    const failed = [1, 0, 0, 0, 0, 0, 0];
    const counts = { opened: 3, open: 1, transmitted: 10, received: 20, retransmits: 1, failed };
    program.write(keyBytes(), { ...counts, setup: [3, 0, 0, 0, 0, 0, 0, 0], setup_sum: 1e6 });
    expect(observe()).toEqual([
      {
        ...{ id: '1', netns: 1, transport: 'tcp', direction: 'outbound', pid: 7, port: 80 },
        ...{ localAddress: '10.0.0.1', remoteAddress: '10.0.0.2' },
        ...{ open: 1, opened: 3, transmittedBytes: 10, receivedBytes: 20, retransmits: 1, failed },
        setup: { counts: [3, 0, 0, 0, 0, 0, 0, 0], sum: 0.001 },
      },
    ]);
  });

  it('has failures and set-up times only on the client’s side', () => {
    program.write(keyBytes('inbound'), { opened: 1 });
    const [seen] = observe();
    expect(seen).toMatchObject({ direction: 'inbound', opened: 1, transmittedBytes: 0 });
    expect(seen).not.toHaveProperty('failed');
    expect(seen).not.toHaveProperty('setup');
  });

  it('has only connections for UDP', () => {
    program.write(keyBytes('outbound', { transport: UDP }), { opened: 2, open: 1 });
    const [seen] = observe();
    expect(seen).toMatchObject({ transport: 'udp', opened: 2, open: 1 });
    for (const count of ['transmittedBytes', 'receivedBytes', 'retransmits', 'failed', 'setup'])
      expect(seen).not.toHaveProperty(count);
  });

  it('keeps its unique id while its counts change', () => {
    program.write(keyBytes(), { opened: 1 });
    program.write(keyBytes('outbound', { pid: 8 }), { opened: 1 });
    const first = observe();
    program.write(keyBytes(), { opened: 2 });
    const second = observe();
    expect(second.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
    expect(second.map(({ opened }) => opened)).toEqual([2, 1]);
    expect(new Set(first.map(({ id }) => id)).size).toBe(2);
  });

  it('has another id when it was created again with the same key', () => {
    program.write(keyBytes(), { created: 5, opened: 4 });
    const [before] = observe();
    program.write(keyBytes(), { created: 6, opened: 1 });
    const after = observe();
    expect(after).toMatchObject([{ opened: 1 }]);
    expect(after[0]?.id).not.toBe(before?.id);
    expect(edges.used()).toBe(1);
  });

  it('has the round-trip time of the last scan', () => {
    const times = { rtt_sum: 3000, rtt_count: 2 };
    program.write(keyBytes(), { open: 2, ...times, scan: program.scans + 1 });
    expect(observe()).toMatchObject([{ rtt: 0.0015 }]);
    program.write(keyBytes(), { open: 2, ...times, scan: program.scans + 1 });
    expect(observe()).toMatchObject([{ rtt: 0.0015 }]);
  });

  it('has none if the last scan did not measure it, even if nothing else has changed', () => {
    program.write(keyBytes(), { open: 1, rtt_sum: 3000, rtt_count: 2, scan: program.scans + 1 });
    expect(observe()[0]).toHaveProperty('rtt');
    expect(observe()[0]).not.toHaveProperty('rtt');
  });
});

describe('an idle record', () => {
  it('is removed after a minute and reported for the last time', () => {
    program.write(keyBytes(), { opened: 1 });
    observe();
    now += MINUTE - 1001;
    expect(observe()).toHaveLength(1);
    expect(program.valueOf(keyBytes())).toBeDefined();
    now -= 999;
    expect(observe()).toMatchObject([{ opened: 1 }]);
    expect(program.valueOf(keyBytes())).toBeUndefined();
    expect(edges.used()).toBe(0);
    expect(observe()).toEqual([]);
  });

  it('is kept while a connection is open', () => {
    program.write(keyBytes(), { open: 1 });
    for (let pass = 0; pass < 3; pass++) {
      observe();
      now += 10 * MINUTE;
    }
    expect(program.valueOf(keyBytes())).toBeDefined();
  });

  it('is kept for a minute after its last change', () => {
    for (let opened = 1; opened < 4; opened++) {
      program.write(keyBytes(), { opened });
      now += MINUTE - 2000;
      observe();
    }
    expect(program.valueOf(keyBytes())).toBeDefined();
  });

  it('has another id when it is used again', () => {
    program.write(keyBytes(), { opened: 1 });
    const [before] = observe();
    now += MINUTE;
    observe();
    program.write(keyBytes(), { opened: 1 });
    const [after] = observe();
    expect(after).toMatchObject({ opened: 1 });
    expect(after?.id).not.toBe(before?.id);
  });

  it('is removed in the next cycle if the table is crowded', () => {
    program.size = 3;
    program.write(keyBytes(), { opened: 1 });
    program.write(keyBytes('outbound', { pid: 8 }), { open: 1 });
    observe();
    expect(edges.used()).toBe(2);
    expect(observe()).toHaveLength(2);
    expect(edges.used()).toBe(1);
    expect(observe()).toMatchObject([{ pid: 8 }]);
  });

  it('is kept in the cycle that found it first, even if the table is crowded', () => {
    program.size = 1;
    program.write(keyBytes(), { opened: 1 });
    observe();
    expect(program.valueOf(keyBytes())).toBeDefined();
  });
});

describe('a record that is used while it is removed', () => {
  /** What the kernel does once, before a record is removed. */
  function meanwhile(act: () => void): void {
    program.beforeTake = () => {
      program.beforeTake = () => {};
      act();
    };
  }

  beforeEach(() => {
    program.write(keyBytes(), { opened: 1 });
    observe();
    now += MINUTE;
  });

  it('reports its last counts', () => {
    meanwhile(() => program.write(keyBytes(), { opened: 2 }));
    expect(observe()).toMatchObject([{ id: '1', opened: 2, open: 0 }]);
    expect(observe()).toEqual([]);
  });

  it('is put back while a connection is open, and keeps its id', () => {
    meanwhile(() => program.write(keyBytes(), { opened: 2, open: 1 }));
    expect(observe()).toMatchObject([{ id: '1', opened: 2, open: 1 }]);
    program.write(keyBytes(), { opened: 2, open: 0 });
    expect(observe()).toMatchObject([{ id: '1', opened: 2, open: 0 }]);
  });

  it('is then kept for another minute', () => {
    meanwhile(() => program.write(keyBytes(), { opened: 2, open: 1 }));
    observe();
    program.write(keyBytes(), { opened: 2, open: 0 });
    observe();
    observe();
    expect(program.valueOf(keyBytes())).toBeDefined();
    now += MINUTE;
    observe();
    expect(program.valueOf(keyBytes())).toBeUndefined();
  });

  it('includes what the kernel counted on a new record before it was put back', () => {
    meanwhile(() => program.write(keyBytes(), { opened: 2, open: 1 }));
    program.beforePut = () => {
      program.beforePut = () => {};
      program.write(keyBytes(), { opened: 1, open: 1, received: 5 });
    };
    expect(observe()).toMatchObject([{ id: '1', opened: 3, open: 2, receivedBytes: 5 }]);
    expect(observe()).toMatchObject([{ id: '1', opened: 3, open: 2, receivedBytes: 5 }]);
  });

  it('is removed if the connection has closed before it was put back', () => {
    meanwhile(() => program.write(keyBytes(), { opened: 2, open: 1 }));
    program.beforePut = () => {
      program.beforePut = () => {};
      program.write(keyBytes(), { open: -1, received: 5 });
    };
    expect(observe()).toMatchObject([{ id: '1', opened: 2, open: 0, receivedBytes: 5 }]);
    expect(observe()).toEqual([]);
    expect(program.valueOf(keyBytes())).toBeUndefined();
  });

  it('is reported for the last time if the table is full', () => {
    meanwhile(() => program.write(keyBytes(), { opened: 2, open: 1 }));
    program.size = 0;
    expect(observe()).toMatchObject([{ id: '1', opened: 2, open: 1 }]);
    expect(observe()).toEqual([]);
  });
});

describe('a folded record', () => {
  it('is reported by transport and direction', () => {
    program.writeFold(0, { opened: 2, open: 1, failed: [3, 0, 0, 0, 0, 0, 0] });
    program.writeFold(6, { opened: 4 });
    const nowhere = { netns: 0, localAddress: '', remoteAddress: '', port: 0, pid: undefined, folded: true };
    const [tcp, udp, ...others] = observe();
    expect(tcp).toMatchObject({ ...nowhere, id: 'other 0', transport: 'tcp', direction: 'outbound' });
    expect(tcp).toMatchObject({ opened: 2, open: 1, failed: [3, 0, 0, 0, 0, 0, 0] });
    expect(udp).toMatchObject({ ...nowhere, id: 'other 6', transport: 'udp', direction: 'unknown' });
    expect(udp).toMatchObject({ opened: 4, open: 0 });
    expect(others).toEqual([]);
  });

  it.each([
    ['open', { open: 1 }],
    ['opened', { opened: 1 }],
    ['failed', { failed: [0, 0, 1, 0, 0, 0, 0] }],
  ])('is reported if only this count is not zero: %s', (_title, values) => {
    program.writeFold(1, values);
    expect(observe()).toHaveLength(1);
  });

  it('is not reported if it is not used', () => expect(observe()).toEqual([]));

  it('does not count as used in the table', () => {
    program.writeFold(0, { opened: 2 });
    observe();
    expect(edges.used()).toBe(0);
  });
});

describe('UDP between two processes that both chose their ports', () => {
  const key = () => keyBytes('unknown', { transport: UDP, port: 53, peer_port: 4000 });

  it('is inbound if the local port has a listener', () => {
    program.write(key(), { opened: 1 });
    expect(observe([listener({ transport: 'udp', port: 53 })])).toMatchObject([{ direction: 'inbound' }]);
  });

  it.each([
    ['no listener', []],
    ['another port', [listener({ transport: 'udp', port: 54 })]],
    ['another transport', [listener({ port: 53 })]],
    ['another namespace', [listener({ transport: 'udp', port: 53, netns: 2 })]],
    ['another address', [listener({ transport: 'udp', port: 53, address: '10.0.0.9' })]],
  ])('has no direction otherwise: %s', (_title, listeners) => {
    program.write(key(), { opened: 1 });
    expect(observe(listeners)).toMatchObject([{ direction: 'unknown', port: 53 }]);
  });

  it('does not report the decoded key', () => {
    program.write(key(), { opened: 1 });
    expect(observe()[0]).not.toHaveProperty('isPeer');
  });
});

it('keeps an unknown direction without a peer port', () => {
  program.write(keyBytes('unknown', { transport: UDP, port: 53 }), { opened: 1 });
  expect(observe([listener({ transport: 'udp', port: 53 })])).toMatchObject([{ direction: 'unknown' }]);
});

describe('a connection accepted before its listener was known', () => {
  const OWN = addressBytes(0xfd, ...Array(14).fill(0), 1);

  it.each([
    ['the same address', undefined, listener({ address: '10.0.0.1' })],
    ['all IPv4 addresses', undefined, listener()],
    ['all addresses', undefined, listener({ address: '::' })],
    ['its IPv6 address', OWN, listener({ address: 'fd00::1' })],
    ['all IPv6 addresses', OWN, listener({ address: '::', ipv6Only: true })],
  ])('has the process that listens on %s', (_title, local, found) => {
    program.write(keyBytes('inbound', { pid: 0, ...(local && { local }) }), { open: 1 });
    expect(observe([found])).toMatchObject([{ pid: 9 }]);
  });

  it.each([
    ['IPv6 only', undefined, listener({ address: '::', ipv6Only: true })],
    ['IPv4 only', OWN, listener()],
    ['another address', undefined, listener({ address: '10.0.0.9' })],
    ['another port', undefined, listener({ port: 81 })],
  ])('has no process if the listener is on %s', (_title, local, found) => {
    program.write(keyBytes('inbound', { pid: 0, ...(local && { local }) }), { open: 1 });
    expect(observe([found])).toMatchObject([{ pid: undefined }]);
  });

  it('has the process of the most specific listener', () => {
    program.write(keyBytes('inbound', { pid: 0 }), { open: 1 });
    const every = [listener(), listener({ address: '::', pid: 10, ipv6Only: true })];
    expect(observe(every)).toMatchObject([{ pid: 9 }]);
    expect(observe([...every, listener({ address: '10.0.0.1', pid: 11 })])).toMatchObject([{ pid: 11 }]);
  });

  it('has its own process if that is known', () => {
    program.write(keyBytes('inbound'), { open: 1 });
    expect(observe([listener()])).toMatchObject([{ pid: 7 }]);
  });

  it('has no listener’s process if it is outbound', () => {
    program.write(keyBytes('outbound', { pid: 0 }), { open: 1 });
    expect(observe([listener()])).toMatchObject([{ pid: undefined }]);
  });

  it('has no process if several listen on its address', () => {
    program.write(keyBytes('inbound', { pid: 0 }), { open: 1 });
    expect(observe([listener(), listener({ pid: 10 })])).toMatchObject([{ pid: undefined }]);
    expect(observe([listener(), listener()])).toMatchObject([{ pid: 9 }]);
  });
});

describe('a connection to a listener that its process has passed on', () => {
  const MANAGER = 7;
  const IMAGE = 4;
  const passedOn = (fields: Partial<ListenerSocket> = {}) => listener({ recordedPid: MANAGER, ...fields });
  const processes = (listeners: readonly ListenerSocket[]) =>
    observe(listeners).map(({ pid, image }) => [pid, image]);

  beforeEach(() => {
    program.write(keyBytes('inbound', { pid: MANAGER, image: IMAGE }), { opened: 1 });
  });

  it('belongs to the process that accepts it, also after the listener is closed', () => {
    expect(processes([passedOn()])).toEqual([[9, undefined]]);
    expect(processes([])).toEqual([[9, undefined]]);
    expect(processes([passedOn({ pid: 10 })])).toEqual([[10, undefined]]);
  });

  it('belongs to it with what was counted before', () => {
    expect(processes([listener({ pid: MANAGER, image: IMAGE })])).toEqual([[MANAGER, IMAGE]]);
    const [before] = observe([passedOn()]);
    program.write(keyBytes('inbound', { pid: MANAGER, image: IMAGE }), { opened: 3 });
    expect(observe([passedOn()])).toMatchObject([{ id: before?.id, pid: 9, opened: 3 }]);
  });

  it('has no process if it was passed on to several, each with a socket of its own', () => {
    expect(processes([passedOn(), passedOn({ pid: 10 })])).toEqual([[undefined, undefined]]);
    expect(processes([passedOn(), passedOn({ pid: 10, port: 81 })])).toEqual([[9, undefined]]);
  });

  it('is one of the process itself if that has executed another program', () => {
    expect(processes([listener({ pid: MANAGER, image: 5 })])).toEqual([[MANAGER, undefined]]);
  });

  it('is distinguished from those of another listener on the port', () => {
    expect(processes([passedOn(), listener({ pid: 10 })])).toEqual([[9, undefined]]);
    program.write(keyBytes('inbound', { pid: 10, image: 6 }), { opened: 1 });
    expect(processes([passedOn(), listener({ pid: 10, image: 6 })])).toEqual([
      [9, undefined],
      [10, 6],
    ]);
  });
});
