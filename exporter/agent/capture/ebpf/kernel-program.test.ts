import { closeSync, openSync, readSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { KernelObject, Libbpf, Link, MapInfo, ProgramOverride } from '../../native/libbpf.ts';
import { bytesOf, keyBytes, structOf } from './kernel-bytes.case.ts';
import { loadKernelProgram } from './kernel-program.ts';
import { LayoutError } from './layout.ts';

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return { ...fs, openSync: vi.fn(fs.openSync), closeSync: vi.fn(fs.closeSync), readSync: vi.fn() };
});

type Entry = readonly [key: Buffer, value: Buffer];

const MAPS: Readonly<Record<string, MapInfo>> = {
  musubi_edges: { keyBytes: structOf('edge_key').size, valueBytes: structOf('edge').size, size: 65_536 },
  musubi_folds: { keyBytes: 4, valueBytes: structOf('edge').size, size: 8 },
  musubi_processes: {
    keyBytes: structOf('process_key').size,
    valueBytes: structOf('process').size,
    size: 8192,
  },
  musubi_cgroups: { keyBytes: 8, valueBytes: structOf('cgroup_path').size, size: 1024 },
  musubi_control: { keyBytes: 4, valueBytes: structOf('control').size, size: 1 },
  musubi_health: { keyBytes: 4, valueBytes: structOf('health').size, size: 1 },
  musubi_traces: { keyBytes: 4, valueBytes: structOf('trace_block').size, size: 1024 },
  musubi_unix_connects: { keyBytes: structOf('unix_connect_key').size, valueBytes: 8, size: 4096 },
};
const NAMES = Object.keys(MAPS);
const TCP_STATE = 'musubi_tcp_state';
const UNIX = 'musubi_unix_connect';
const PROGRAMS = [
  TCP_STATE,
  ...['sendmsg4', 'sendmsg6', 'recvmsg4', 'recvmsg6', 'connect4', 'connect6', 'release'].map(
    (name) => `musubi_udp_${name}`,
  ),
  UNIX,
  'musubi_scan_sockets',
];

/** All calls to the kernel, in order. */
let calls: string[];
let infos: Record<string, MapInfo>;
let tables: Record<string, Entry[]>;
let failing: string | undefined;
/** Results of the next reads of a scan, followed by end of file. */
let output: (Buffer | Error)[];
let atATime: number;
let loaded: {
  programs?: Readonly<Record<string, ProgramOverride>>;
  maxEntries?: Readonly<Record<string, number>>;
};

beforeEach(() => {
  vi.clearAllMocks();
  calls = [];
  infos = { ...MAPS };
  tables = {};
  failing = undefined;
  output = [];
  atATime = 2048;
  vi.mocked(readSync).mockImplementation((_fd, buffer) => {
    const next = output.shift() ?? Buffer.alloc(0);
    if (next instanceof Error) throw next;
    return next.copy(buffer as Buffer);
  });
});

const tableOf = (map: number) => (tables[NAMES[map] as string] ??= []);
const find = (map: number, key: Buffer) => tableOf(map).find(([other]) => other.equals(key));

function linkOf(name: string): Link {
  if (name === failing) throw new Error(`cannot attach ${name}`);
  calls.push(`attach ${name}`);
  return { fd: 100, close: () => calls.push(`detach ${name}`) };
}

const object: KernelObject = {
  has: (name) => NAMES.includes(name),
  map: (name) => NAMES.indexOf(name),
  program: () => 50,
  attach: linkOf,
  attachToCgroup: linkOf,
  attachIterator: linkOf,
  close: () => calls.push('unload'),
};

const kernel: Libbpf = {
  load(path, programs, maxEntries, shared) {
    if (shared) {
      calls.push(`load ${path}`);
      if (path === failing) throw new Error(`cannot load ${path}`);
      return { ...object, close: () => calls.push(`unload ${path}`) };
    }
    loaded = { ...(programs && { programs }), ...(maxEntries && { maxEntries }) };
    return object;
  },
  iterate: () => openSync('/dev/null', 'r'),
  lookup: (map, key, value) => Boolean(find(map, key)?.[1].copy(value)),
  take(map, key, value) {
    const entry = find(map, key);
    if (entry) tableOf(map).splice(tableOf(map).indexOf(entry), 1);
    return Boolean(entry?.[1].copy(value));
  },
  update(map, _key, value) {
    calls.push(`${NAMES[map]} ${value.toString('hex')}`);
  },
  insert(map, key, value) {
    if (find(map, key)) return 'exists';
    tableOf(map).push([key, value]);
    return 'inserted';
  },
  mapInfo: (map) => infos[NAMES[map] as string] as MapInfo,
  lookupBatch(map, position, keys, values, count) {
    const from = position.started ? position.at.readUInt32LE(0) : 0;
    const entries = tableOf(map).slice(from, from + Math.min(count, atATime));
    entries.forEach(([key, value], i) => {
      key.copy(keys, i * key.length);
      value.copy(values, i * value.length);
    });
    position.started = true;
    position.at.writeUInt32LE(from + entries.length);
    return { count: entries.length, last: from + entries.length === tableOf(map).length };
  },
  misses: (program) => program - 47,
};

const load = (
  options: { maxEdges?: number; netns?: number; traced?: boolean; kernel?: string } = { kernel: '6.7.0' },
) => loadKernelProgram(kernel, 'musubi.bpf.o', '/', options);

const index = (value: number) => Buffer.from([value, 0, 0, 0]);
const listener = (pid: number) => bytesOf('listener_row', { kind: 1, transport: 6, pid });
const again = () => Object.assign(new Error('again'), { code: 'EAGAIN' });

/** Checks that each opened file was closed. */
function expectAllClosed(): void {
  const opened = vi
    .mocked(openSync)
    .mock.results.flatMap(({ type, value }) => (type === 'return' ? [value] : []));
  expect(opened.length).toBeGreaterThan(0);
  expect(vi.mocked(closeSync).mock.calls.map(([fd]) => fd)).toEqual(opened);
}

describe('loading', () => {
  it('attaches every program before the first scan', () => {
    load();
    const attached = calls.filter((call) => call.startsWith('attach'));
    expect(attached).toEqual(PROGRAMS.map((name) => `attach ${name}`));
    expect(calls.findIndex((call) => call.startsWith('musubi_control'))).toBe(attached.length);
    expectAllClosed();
  });

  it('sets the end of the first scan, and until when directions are uncertain', () => {
    load();
    const [scanning, seeded, ...more] = calls.filter((call) => call.startsWith('musubi_control'));
    expect(scanning).toBe(`musubi_control ${bytesOf('control', { scan: 1 }).toString('hex')}`);
    const control = Buffer.from(seeded?.split(' ')[1] ?? '', 'hex');
    const uncertainty = control.readBigUInt64LE(0) - process.hrtime.bigint();
    expect(uncertainty > 4_000_000_000n && uncertainty <= 5_000_000_000n).toBe(true);
    expect(control.subarray(8)).toEqual(bytesOf('control', { scan: 1, seeded: 1 }).subarray(8));
    expect(more).toEqual([]);
  });

  it('limits the program to a network namespace before it sees any connection, and in every scan', () => {
    load({ netns: 7, kernel: '6.7.0' });
    expect(calls[0]).toBe(`musubi_control ${bytesOf('control', { netns: 7 }).toString('hex')}`);
    expect(calls[1]).toMatch(/^attach /);
    const controls = calls.filter((call) => call.startsWith('musubi_control'));
    expect(controls.map((call) => call.slice(-16))).toEqual(Array(3).fill('0700000000000000'));
  });

  it('traces no connection if that is not requested', () => {
    load({ traced: false, kernel: '6.7.0' });
    const controls = calls.filter((call) => call.startsWith('musubi_control'));
    expect(controls.map((call) => call.slice(-16))).toEqual(Array(3).fill('0000000001000000'));
  });

  it.each(PROGRAMS)('cleans up when %s cannot be attached', (name) => {
    failing = name;
    expect(() => load()).toThrow(`cannot attach ${name}`);
    const before = PROGRAMS.slice(0, PROGRAMS.indexOf(name));
    expect(calls.filter((call) => call.startsWith('detach'))).toEqual(before.map((one) => `detach ${one}`));
    expect(calls.at(-1)).toBe('unload');
    expect(vi.mocked(closeSync).mock.calls).toHaveLength(vi.mocked(openSync).mock.calls.length);
  });

  it('cleans up when the first scan fails', () => {
    output = [new Error('no scan')];
    expect(() => load()).toThrow('no scan');
    expect(calls.filter((call) => call.startsWith('detach'))).toHaveLength(PROGRAMS.length);
    expect(calls.at(-1)).toBe('unload');
    expectAllClosed();
  });

  it('cleans up when there is no such cgroup', () => {
    const options = { kernel: '6.7.0' };
    expect(() => loadKernelProgram(kernel, 'musubi.bpf.o', '/no/such/cgroup', options)).toThrow('ENOENT');
    expect(calls).toEqual([`attach ${TCP_STATE}`, `detach ${TCP_STATE}`, 'unload']);
  });

  it.each(
    NAMES.flatMap((name) => [[name, 'keyBytes', 'keys'] as const, [name, 'valueBytes', 'values'] as const]),
  )('rejects the object file of another version by the length of %s’ %s', (name, length, what) => {
    const info = infos[name] as MapInfo;
    infos[name] = { ...info, [length]: info[length] + 4 };
    expect(() => load()).toThrow(new LayoutError(`${name} with ${what} of length`, info[length] + 4));
    expect(calls).toEqual(['unload']);
  });

  it.each(['5.15.0-91-generic', '6.6.31'])('does not count Unix connects before Linux 6.7: %s', (release) => {
    const program = load({ kernel: release });
    expect(loaded.programs).toEqual({ [UNIX]: 'omit' });
    expect(calls).not.toContain(`attach ${UNIX}`);
    expect(program.unixConnects()).toBeUndefined();
  });

  it('counts the connections to each Unix listener since Linux 6.18', () => {
    const program = load({ kernel: '6.18.0' });
    expect(calls[0]).toBe('load musubi-unix.bpf.o');
    expect(calls).toContain('attach musubi_unix_outcome');
    expect(calls).not.toContain(`attach ${UNIX}`);
    program.close();
    expect(calls.slice(-2)).toEqual(['unload musubi-unix.bpf.o', 'unload']);
  });

  it('counts Unix connects by name if the kernel refuses that', () => {
    failing = 'musubi-unix.bpf.o';
    expect(load({ kernel: '7.1.0' }).unixConnects()).toEqual([]);
    expect(calls).toContain(`attach ${UNIX}`);
  });

  it.each(['6.7.0-rc1', '6.18.1', '7.0.0', '10.1.0'])(
    'counts Unix connects since Linux 6.7: %s',
    (release) => {
      const program = load({ kernel: release });
      expect(loaded.programs).toEqual({ [UNIX]: { type: 18, attachType: 49 } });
      expect(program.unixConnects()).toEqual([]);
    },
  );

  it('sets the size of the table and returns it', () => {
    infos.musubi_edges = { ...(MAPS.musubi_edges as MapInfo), size: 4 };
    expect(load({ maxEdges: 4 }).size).toBe(4);
    expect(loaded.maxEntries).toEqual({ musubi_edges: 4 });
    load();
    expect(loaded.maxEntries).toEqual({});
  });
});

describe('a scan', () => {
  it('sets its number in the kernel and reads its rows, however they are split', () => {
    const program = load();
    const bytes = Buffer.concat([listener(1), listener(2), listener(3)]);
    output = [bytes.subarray(0, 40), again(), again(), bytes.subarray(40, 41), bytes.subarray(41)];
    calls = [];
    expect(program.scan()).toMatchObject([{ pid: 1 }, { pid: 2 }, { pid: 3 }]);
    expect(program.scans).toBe(2);
    expect(calls[0]).toMatch(/^musubi_control .{16}02000000/);
    expectAllClosed();
  });

  it('fails with the kernel’s reason, and on a truncated row', () => {
    const program = load();
    output = [listener(1), Object.assign(new Error('stale'), { code: 'EIO' })];
    expect(() => program.scan()).toThrow('stale');
    output = [listener(1).subarray(0, 31)];
    expect(() => program.scan()).toThrow(new LayoutError('row truncated at byte', 31));
    expectAllClosed();
  });
});

describe('the table', () => {
  it.each([1, 2, 3, 4, 2048])('is read completely, %d records at a time', (count) => {
    atATime = count;
    const program = load();
    tables.musubi_edges = [1, 2, 3].map((pid) => [
      keyBytes('outbound', { pid }),
      bytesOf('edge', { opened: pid }),
    ]);
    const found: Entry[] = [];
    program.eachEdge((key, value) => found.push([Buffer.from(key), Buffer.from(value)]));
    expect(found).toEqual(tables.musubi_edges);
  });

  it('may be empty', () => {
    const visit = vi.fn();
    load().eachEdge(visit);
    expect(visit).not.toHaveBeenCalled();
  });

  it('returns a removed record once, and takes it back', () => {
    const program = load();
    const value = bytesOf('edge', { opened: 3 });
    tables.musubi_edges = [[keyBytes(), value]];
    expect(program.takeEdge(keyBytes())).toEqual(value);
    expect(program.takeEdge(keyBytes())).toBeUndefined();
    expect(program.putEdge(keyBytes(), value)).toBe('inserted');
    expect(program.putEdge(keyBytes(), value)).toBe('exists');
  });

  it('has an overflow record for each fold', () => {
    const program = load();
    tables.musubi_folds = Array.from({ length: 8 }, (_, i) => [index(i), bytesOf('edge', { opened: i })]);
    expect(program.folds().map((value) => value.readUInt32LE(8))).toEqual([0, 1, 2, 4, 5, 6]);
  });
});

it('returns the attempts to connect to Unix sockets', () => {
  const program = load();
  const connect = bytesOf('unix_connect_key', {
    netns: 1,
    pid: 7,
    image: 9,
    name_length: 2,
    name: Buffer.from('/a'),
  });
  tables.musubi_unix_connects = [[connect, Buffer.from([3, 0, 0, 0, 0, 0, 0, 0])]];
  expect(program.unixConnects()).toMatchObject([
    { netns: 1, pid: 7, image: 9, name: Buffer.from('/a'), count: 3 },
  ]);
});

it('finds a process that was recorded, and no other', () => {
  const program = load();
  const key = bytesOf('process_key', { pid: 7, image: 9 });
  tables.musubi_processes = [[key, bytesOf('process', { comm: Buffer.from('curl') })]];
  expect(program.processOf(7, 9)).toMatchObject({ comm: Buffer.from('curl') });
  expect(program.processOf(7, 9)).not.toHaveProperty('cgroup');
  expect(program.processOf(7, 8)).toBeUndefined();
  expect(program.processOf(8, 9)).toBeUndefined();
  expect(program.processOf(7, undefined)).toBeUndefined();
});

it('returns the cgroup of a recorded process, and reads each path once', () => {
  const program = load();
  const cgroup = Buffer.from([5, 0, 0, 0, 0, 0, 0, 0]);
  tables.musubi_processes = [7, 8].map((pid) => [
    bytesOf('process_key', { pid, image: 9 }),
    bytesOf('process', { cgroup: 5 }),
  ]);
  tables.musubi_cgroups = [
    [cgroup, bytesOf('cgroup_path', { levels: 1, complete: 1, names: Buffer.from('a') })],
  ];
  expect(program.processOf(7, 9)?.cgroup).toEqual(Buffer.from('/a'));
  tables.musubi_cgroups = [];
  expect(program.processOf(8, 9)?.cgroup).toEqual(Buffer.from('/a'));
});

it('reads its traces in blocks', () => {
  const program = load();
  tables.musubi_health = [[index(0), bytesOf('health', { traces: 1 })]];
  tables.musubi_traces = [
    [
      index(0),
      Buffer.concat([bytesOf('trace'), bytesOf('trace', { number: 1, connection: 1, state: 2 })], 4096),
    ],
  ];
  const closed: number[] = [];
  const visitor = {
    isWanted: () => false,
    begun() {},
    closed: (connection: number) => void closed.push(connection),
    lost() {},
  };
  program.traces.visit(0, program.health().traces, visitor);
  expect(closed).toEqual([1]);
});

it('returns its health and the number of missed events', () => {
  const program = load();
  tables.musubi_health = [
    [index(0), bytesOf('health', { folded: 1, lost: 2, sockets: 5, traces: 6, hooked: 1 })],
  ];
  expect(program.health()).toEqual({ folded: 1, lost: 2, sockets: 5, traces: 6, isTracing: true, missed: 3 });
});

it('traces in the first scans, and then only if hooks were found', () => {
  const program = load();
  tables.musubi_health = [[index(0), bytesOf('health', { hooked: 0 })]];
  const tracing = Array.from({ length: 6 }, () => {
    const { isTracing } = program.health();
    program.scan();
    return isTracing;
  });
  expect(tracing).toEqual([true, true, true, true, true, false]);
});

it('detaches its programs and then unloads, once', () => {
  const program = load();
  calls = [];
  program.close();
  program.close();
  expect(calls).toEqual([...PROGRAMS.map((name) => `detach ${name}`), 'unload']);
});
