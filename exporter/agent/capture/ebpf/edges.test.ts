import { beforeEach, describe, expect, it } from 'vitest';
import type { Listener } from '../capture.ts';
import { createEdges, type Edges } from './edges.ts';
import { createFakeProgram, type FakeProgram } from './fake-program.case.ts';
import { addressBytes, keyBytes } from './kernel-bytes.case.ts';

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

/** One pass; each is a second after the last. */
function observe(listeners: readonly Listener[] = []) {
  now += 1000;
  program.scans++;
  return edges.observe(listeners);
}

const listener = (fields: Partial<Listener> = {}): Listener => ({
  ...{ netns: 1, transport: 'tcp', address: '0.0.0.0', port: 80, pid: 9, ipv6Only: false, ...fields },
});

describe('a record', () => {
  it('is told as one observation', () => {
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

  it('tells failures and set-up times of the end that asks only', () => {
    program.write(keyBytes('inbound'), { opened: 1 });
    const [seen] = observe();
    expect(seen).toMatchObject({ direction: 'inbound', opened: 1, transmittedBytes: 0 });
    expect(seen).not.toHaveProperty('failed');
    expect(seen).not.toHaveProperty('setup');
  });

  it('tells connections of UDP only', () => {
    program.write(keyBytes('outbound', { transport: UDP }), { opened: 2, open: 1 });
    const [seen] = observe();
    expect(seen).toMatchObject({ transport: 'udp', opened: 2, open: 1 });
    for (const count of ['transmittedBytes', 'receivedBytes', 'retransmits', 'failed', 'setup'])
      expect(seen).not.toHaveProperty(count);
  });

  it('keeps its id while its counts change, and no other has it', () => {
    program.write(keyBytes(), { opened: 1 });
    program.write(keyBytes('outbound', { pid: 8 }), { opened: 1 });
    const first = observe();
    program.write(keyBytes(), { opened: 2 });
    const second = observe();
    expect(second.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
    expect(second.map(({ opened }) => opened)).toEqual([2, 1]);
    expect(new Set(first.map(({ id }) => id)).size).toBe(2);
  });

  it('has another id when it was made anew under the same key', () => {
    program.write(keyBytes(), { created: 5, opened: 4 });
    const [before] = observe();
    program.write(keyBytes(), { created: 6, opened: 1 });
    const after = observe();
    expect(after).toMatchObject([{ opened: 1 }]);
    expect(after[0]?.id).not.toBe(before?.id);
    expect(edges.used()).toBe(1);
  });

  it('tells the round-trip time of the last scan', () => {
    const times = { rtt_sum: 3000, rtt_count: 2 };
    program.write(keyBytes(), { open: 2, ...times, scan: program.scans + 1 });
    expect(observe()).toMatchObject([{ rtt: 0.0015 }]);
    program.write(keyBytes(), { open: 2, ...times, scan: program.scans + 1 });
    expect(observe()).toMatchObject([{ rtt: 0.0015 }]);
  });

  it('tells none once a scan has measured no more, though nothing else has changed', () => {
    program.write(keyBytes(), { open: 1, rtt_sum: 3000, rtt_count: 2, scan: program.scans + 1 });
    expect(observe()[0]).toHaveProperty('rtt');
    expect(observe()[0]).not.toHaveProperty('rtt');
  });
});

describe('a record out of use', () => {
  it('is taken out after a minute, told for the last time', () => {
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

  it('is not, for as long as a connection is open', () => {
    program.write(keyBytes(), { open: 1 });
    for (let pass = 0; pass < 3; pass++) {
      observe();
      now += 10 * MINUTE;
    }
    expect(program.valueOf(keyBytes())).toBeDefined();
  });

  it('is not within a minute of its last change', () => {
    for (let opened = 1; opened < 4; opened++) {
      program.write(keyBytes(), { opened });
      now += MINUTE - 2000;
      observe();
    }
    expect(program.valueOf(keyBytes())).toBeDefined();
  });

  it('gets another id when it comes back', () => {
    program.write(keyBytes(), { opened: 1 });
    const [before] = observe();
    now += MINUTE;
    observe();
    program.write(keyBytes(), { opened: 1 });
    const [after] = observe();
    expect(after).toMatchObject({ opened: 1 });
    expect(after?.id).not.toBe(before?.id);
  });

  it('is taken out at the next pass of a crowded table', () => {
    program.size = 3;
    program.write(keyBytes(), { opened: 1 });
    program.write(keyBytes('outbound', { pid: 8 }), { open: 1 });
    observe();
    expect(edges.used()).toBe(2);
    expect(observe()).toHaveLength(2);
    expect(edges.used()).toBe(1);
    expect(observe()).toMatchObject([{ pid: 8 }]);
  });

  it('is not at the pass that met it first, however crowded', () => {
    program.size = 1;
    program.write(keyBytes(), { opened: 1 });
    observe();
    expect(program.valueOf(keyBytes())).toBeDefined();
  });
});

describe('a record used at the very moment it is taken out', () => {
  /** What the kernel does once, before a record is taken out. */
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

  it('tells its last counts', () => {
    meanwhile(() => program.write(keyBytes(), { opened: 2 }));
    expect(observe()).toMatchObject([{ id: '1', opened: 2, open: 0 }]);
    expect(observe()).toEqual([]);
  });

  it('is put back while a connection is open, and stays the same', () => {
    meanwhile(() => program.write(keyBytes(), { opened: 2, open: 1 }));
    expect(observe()).toMatchObject([{ id: '1', opened: 2, open: 1 }]);
    program.write(keyBytes(), { opened: 2, open: 0 });
    expect(observe()).toMatchObject([{ id: '1', opened: 2, open: 0 }]);
  });

  it('has another minute then', () => {
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

  it('takes in what the kernel has counted on a new one before it was back', () => {
    meanwhile(() => program.write(keyBytes(), { opened: 2, open: 1 }));
    program.beforePut = () => {
      program.beforePut = () => {};
      program.write(keyBytes(), { opened: 1, open: 1, received: 5 });
    };
    expect(observe()).toMatchObject([{ id: '1', opened: 3, open: 2, receivedBytes: 5 }]);
    expect(observe()).toMatchObject([{ id: '1', opened: 3, open: 2, receivedBytes: 5 }]);
  });

  it('is taken out all the same when the connection has ended before it was back', () => {
    meanwhile(() => program.write(keyBytes(), { opened: 2, open: 1 }));
    program.beforePut = () => {
      program.beforePut = () => {};
      program.write(keyBytes(), { open: -1, received: 5 });
    };
    expect(observe()).toMatchObject([{ id: '1', opened: 2, open: 0, receivedBytes: 5 }]);
    expect(observe()).toEqual([]);
    expect(program.valueOf(keyBytes())).toBeUndefined();
  });

  it('is told for the last time when its place was taken', () => {
    meanwhile(() => program.write(keyBytes(), { opened: 2, open: 1 }));
    program.size = 0;
    expect(observe()).toMatchObject([{ id: '1', opened: 2, open: 1 }]);
    expect(observe()).toEqual([]);
  });
});

describe('what found no place in the table', () => {
  it('is told by transport and direction, as folded', () => {
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
  ])('is told for a count alone: %s', (_title, values) => {
    program.writeFold(1, values);
    expect(observe()).toHaveLength(1);
  });

  it('is told of nothing else', () => expect(observe()).toEqual([]));

  it('takes no room in the table', () => {
    program.writeFold(0, { opened: 2 });
    observe();
    expect(edges.used()).toBe(0);
  });
});

describe('two UDP ends that both chose their ports', () => {
  const key = () => keyBytes('unknown', { transport: UDP, port: 53, peer_port: 4000 });

  it('have a direction where someone takes from anyone on the own port', () => {
    program.write(key(), { opened: 1 });
    expect(observe([listener({ transport: 'udp', port: 53 })])).toMatchObject([{ direction: 'inbound' }]);
  });

  it.each([
    ['nobody listens', []],
    ['another port', [listener({ transport: 'udp', port: 54 })]],
    ['another transport', [listener({ port: 53 })]],
    ['another namespace', [listener({ transport: 'udp', port: 53, netns: 2 })]],
    ['another address', [listener({ transport: 'udp', port: 53, address: '10.0.0.9' })]],
  ])('have none otherwise: %s', (_title, listeners) => {
    program.write(key(), { opened: 1 });
    expect(observe(listeners)).toMatchObject([{ direction: 'unknown', port: 53 }]);
  });

  it('are told by nothing that is said of their key', () => {
    program.write(key(), { opened: 1 });
    expect(observe()[0]).not.toHaveProperty('isPeer');
  });
});

it('keeps a direction that nobody knows, of one that has no peer’s port', () => {
  program.write(keyBytes('unknown', { transport: UDP, port: 53 }), { opened: 1 });
  expect(observe([listener({ transport: 'udp', port: 53 })])).toMatchObject([{ direction: 'unknown' }]);
});

describe('a connection from before anyone had met its listener', () => {
  const OWN = addressBytes(0xfd, ...Array(14).fill(0), 1);

  it.each([
    ['the very address', undefined, listener({ address: '10.0.0.1' })],
    ['every IPv4 address', undefined, listener()],
    ['every address', undefined, listener({ address: '::' })],
    ['its IPv6 address', OWN, listener({ address: 'fd00::1' })],
    ['every IPv6 address', OWN, listener({ address: '::', ipv6Only: true })],
  ])('has the process that listens on %s', (_title, local, heard) => {
    program.write(keyBytes('inbound', { pid: 0, ...(local && { local }) }), { open: 1 });
    expect(observe([heard])).toMatchObject([{ pid: 9 }]);
  });

  it.each([
    ['IPv6 alone', undefined, listener({ address: '::', ipv6Only: true })],
    ['IPv4 alone', OWN, listener()],
    ['another address', undefined, listener({ address: '10.0.0.9' })],
    ['another port', undefined, listener({ port: 81 })],
  ])('has none of a process that listens on %s', (_title, local, heard) => {
    program.write(keyBytes('inbound', { pid: 0, ...(local && { local }) }), { open: 1 });
    expect(observe([heard])).toMatchObject([{ pid: undefined }]);
  });

  it('has the process of the nearest of several listeners', () => {
    program.write(keyBytes('inbound', { pid: 0 }), { open: 1 });
    const every = [listener(), listener({ address: '::', pid: 10, ipv6Only: true })];
    expect(observe(every)).toMatchObject([{ pid: 9 }]);
    expect(observe([...every, listener({ address: '10.0.0.1', pid: 11 })])).toMatchObject([{ pid: 11 }]);
  });

  it('has its own process where that is known', () => {
    program.write(keyBytes('inbound'), { open: 1 });
    expect(observe([listener()])).toMatchObject([{ pid: 7 }]);
  });

  it('has no listener’s where it asked itself', () => {
    program.write(keyBytes('outbound', { pid: 0 }), { open: 1 });
    expect(observe([listener()])).toMatchObject([{ pid: undefined }]);
  });
});
