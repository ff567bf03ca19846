import { describe, expect, it } from 'vitest';
import { FAILURES } from '../capture.ts';
import { addressBytes, bytesOf, keyBytes, structOf } from './kernel-bytes.case.ts';
import { CGROUP_PATH, EDGE, EDGE_KEY, HEALTH, PROCESS, TRACE, UNIX_CONNECT_KEY } from './kernel-structs.ts';
import {
  addEdge,
  cgroupIdOf,
  decodeCgroupPath,
  decodeEdge,
  decodeEdgeKey,
  decodeHealth,
  decodeProcess,
  decodeRows,
  decodeTrace,
  decodeUnixConnectCount,
  encodeControl,
  encodeProcessKey,
  LayoutError,
  type Row,
} from './layout.ts';

const SCAN = 9;
const edge = {
  ...{ created: 1, opened: 2, open: 3, transmitted: 4, received: 2 ** 40 + 5, retransmits: 6 },
  ...{ setup_sum: 7_000_000_000, rtt_sum: 3_000, rtt_count: 2, scan: SCAN },
  failed: [1, 2, 3, 4, 5, 6, 7],
  setup: [8, 9, 10, 11, 12, 13, 14, 15],
};

const decodeRow = (bytes: Buffer): Row | undefined => {
  const rows: Row[] = [];
  expect(decodeRows(bytes, rows)).toHaveLength(0);
  return rows[0];
};

describe('the structs of the kernel program', () => {
  it('have no gap in keys, which the kernel compares byte by byte', () => {
    for (const name of ['edge_key', 'process_key', 'unix_connect_key']) {
      const { size, fields } = structOf(name);
      const sum = Object.values(fields).reduce((total, { width, length }) => total + width * length, 0);
      expect(sum, name).toBe(size);
    }
  });
});

describe('a key', () => {
  it('has both endpoints, the destination port and the process', () => {
    expect(decodeEdgeKey(keyBytes('outbound', { image: 6 }))).toEqual({
      ...{ localAddress: '10.0.0.1', remoteAddress: '10.0.0.2', netns: 1, pid: 7, image: 6, port: 80 },
      ...{ transport: 'tcp', direction: 'outbound', isPeer: false },
    });
  });

  it('has IPv6 addresses', () => {
    const local = addressBytes(0xfd, ...Array(14).fill(0), 1);
    expect(decodeEdgeKey(keyBytes('outbound', { local }))).toMatchObject({ localAddress: 'fd00::1' });
  });

  it('marks UDP between two chosen ports, without a process if none is known', () => {
    const key = keyBytes('unknown', { transport: 17, peer_port: 4000, pid: 0 });
    expect(decodeEdgeKey(key)).toMatchObject({
      ...{ transport: 'udp', direction: 'unknown', isPeer: true, pid: undefined, image: undefined },
    });
  });

  it.each([
    ['transport', 132],
    ['direction', 3],
  ])('with an unknown %s is rejected', (field, value) => {
    const bytes = keyBytes();
    bytes[structOf('edge_key').fields[field]?.offset ?? 0] = value;
    expect(() => decodeEdgeKey(bytes)).toThrow(new LayoutError(field, value));
  });
});

describe('a record', () => {
  it('has all counts, with times in seconds', () => {
    expect(decodeEdge(bytesOf('edge', edge), SCAN)).toEqual({
      ...{ opened: 2, open: 3, transmittedBytes: 4, receivedBytes: 2 ** 40 + 5, retransmits: 6 },
      ...{ rtt: 0.0015, failed: edge.failed, setup: { counts: edge.setup, sum: 7 } },
    });
  });

  it('has no round-trip time from an earlier scan, nor without a measurement', () => {
    expect(decodeEdge(bytesOf('edge', edge), SCAN + 1).rtt).toBeUndefined();
    expect(decodeEdge(bytesOf('edge', { ...edge, rtt_count: 0 }), SCAN).rtt).toBeUndefined();
  });

  it('has nothing open if more connections closed than were opened', () => {
    expect(decodeEdge(bytesOf('edge', { ...edge, open: -1 }), SCAN).open).toBe(0);
  });

  it('adds the counts of another', () => {
    const into = bytesOf('edge', edge);
    addEdge(into, bytesOf('edge', { ...edge, open: -3 }));
    const { rtt, ...sum } = decodeEdge(into, SCAN);
    expect(rtt).toBe(0.0015);
    expect(sum).toEqual({
      ...{ opened: 4, open: 0, transmittedBytes: 8, receivedBytes: 2 ** 41 + 10, retransmits: 12 },
      failed: edge.failed.map((count) => 2 * count),
      setup: { counts: edge.setup.map((count) => 2 * count), sum: 14 },
    });
    expect(into.readBigUInt64LE(0)).toBe(1n);
  });
});

it('encodes the pid and image of a process', () => {
  expect(encodeProcessKey(7, 2 ** 32 - 1)).toEqual(bytesOf('process_key', { pid: 7, image: 2 ** 32 - 1 }));
});

describe('a process', () => {
  const values = {
    ...{
      started: 3_500_000_000,
      parent: 1,
      args_length: 12,
      comm: Buffer.from('node'),
      executable: Buffer.from('node22'),
    },
    args: Buffer.from('node\0app.js\0left over'),
  };

  it('has its names, its parent and as many arguments as were read', () => {
    expect(decodeProcess(bytesOf('process', values))).toEqual({
      ...{ comm: Buffer.from('node'), executable: Buffer.from('node22'), parent: 1, started: 3.5 },
      args: [Buffer.from('node'), Buffer.from('app.js')],
    });
  });

  it('has the variable that names its service, zero included', () => {
    const environment = Buffer.from('OTEL_SERVICE_NAME=cart');
    expect(decodeProcess(bytesOf('process', { ...values, environment })).environ).toEqual(
      Buffer.from('OTEL_SERVICE_NAME=cart\0'),
    );
  });

  it('omits a truncated argument', () => {
    expect(decodeProcess(bytesOf('process', { ...values, args_length: 9 })).args).toEqual([
      Buffer.from('node'),
    ]);
  });

  it('of the kernel has only a name', () => {
    const thread = decodeProcess(bytesOf('process', { comm: Buffer.from('kworker/0:0') }));
    expect(thread).toEqual({ comm: Buffer.from('kworker/0:0'), args: [], started: 0 });
  });

  it('can have a name that fills its field', () => {
    const comm = Buffer.from('sixteen bytes ok');
    expect(decodeProcess(bytesOf('process', { comm })).comm).toEqual(comm);
  });
});

describe('the path of a cgroup', () => {
  const path = (levels: readonly string[], complete = 1) => {
    const names = Buffer.alloc(structOf('cgroup_path').size);
    levels.forEach((name, level) => {
      names.write(name, level * 96, 'latin1');
    });
    return decodeCgroupPath(bytesOf('cgroup_path', { levels: levels.length, complete, names }))?.toString();
  };

  it('consists of the names of its levels, innermost first', () => {
    expect(path(['web.service', 'system.slice'])).toBe('/system.slice/web.service');
    expect(path([])).toBe('/');
  });

  it('is undefined if it is incomplete', () => {
    expect(path(Array(10).fill('a'))).toBe('/a'.repeat(10));
    expect(path(Array(10).fill('a'), 0)).toBeUndefined();
    expect(path(['x'.repeat(94)])).toBe(`/${'x'.repeat(94)}`);
    expect(path(['x'.repeat(95)])).toBeUndefined();
  });

  it('is rejected with too many levels', () => {
    expect(() => decodeCgroupPath(bytesOf('cgroup_path', { levels: 11, complete: 1 }))).toThrow(LayoutError);
  });

  it('is found by the cgroup id of its process', () => {
    expect(cgroupIdOf(bytesOf('process', { cgroup: 0x0102 }))).toEqual(Buffer.from([2, 1, 0, 0, 0, 0, 0, 0]));
  });
});

it('decodes the health', () => {
  expect(decodeHealth(bytesOf('health', { folded: 1, lost: 2, sockets: 2 ** 33, traces: 2 ** 34 }))).toEqual({
    ...{ folded: 1, lost: 2, sockets: 2 ** 33, traces: 2 ** 34, hooked: false },
  });
});

it('encodes the control values', () => {
  const uncertainUntil = 2n ** 40n + 5n;
  const values = { scan: 3, uncertainUntil: 0n, netns: 0, traced: true };
  expect(encodeControl(values)).toEqual(bytesOf('control', { scan: 3 }));
  expect(encodeControl({ ...values, uncertainUntil })).toEqual(
    bytesOf('control', { uncertain_until: uncertainUntil, scan: 3, seeded: 1 }),
  );
  expect(encodeControl({ ...values, netns: 7, traced: false })).toEqual(
    bytesOf('control', { scan: 3, netns: 7, untraced: 1 }),
  );
});

describe('a trace', () => {
  const local = addressBytes(10, 0, 0, 1);
  const remote = addressBytes(10, 0, 0, 2);
  const end = { transport: 6, direction: 0, local, local_port: 50000, remote, peer_port: 80 };

  it.each([
    [
      { state: 1, counted: 1 },
      { state: 'open', counted: true },
    ],
    [
      { state: 4, transport: 17, direction: 1, folded: 1 },
      { state: 'passed', transport: 'udp', direction: 'inbound', folded: true },
    ],
    [{ state: 3, failure: 1 }, { state: { failed: FAILURES.indexOf('timeout') } }],
    [
      { state: 1, pid: 0, image: 0 },
      { state: 'open', pid: undefined, image: undefined },
    ],
  ])('has a connection, its process and its outcome: %o', (values, outcome) => {
    const process = { netns: 1, pid: 7, image: 9 };
    const bytes = bytesOf('trace', { connection: 5, ...end, ...process, ...values });
    expect(decodeTrace(Buffer.concat([Buffer.alloc(64), bytes]), 64)).toEqual({
      ...{ connection: 5, transport: 'tcp', direction: 'outbound', ...process },
      ...{ localAddress: '10.0.0.1', localPort: 50000, remoteAddress: '10.0.0.2', remotePort: 80 },
      ...{ counted: false, folded: false, ...outcome },
    });
  });

  it.each([
    [{ state: 2 }, 'trace state 2'],
    [{ state: 3, failure: FAILURES.length }, `trace failure ${FAILURES.length}`],
    [{ transport: 1 }, 'transport 1'],
    [{ direction: 3 }, 'direction 3'],
  ])('is rejected with unknown values: %o', (values, what) => {
    expect(() => decodeTrace(bytesOf('trace', { ...end, ...values }))).toThrow(
      `unexpected data from the kernel program: ${what}`,
    );
  });
});

describe('a row', () => {
  it('describes a listener', () => {
    const local = addressBytes(...Array(16).fill(0));
    const values = {
      ...{ kind: 1, port: 53, netns: 2, pid: 8, transport: 17, ipv6_only: 1, local, image: 5 },
      ...{ socket: 0x11, started: 2 ** 33, exec: 4, acceptor: 6, recorded_pid: 9 },
    };
    expect(decodeRow(bytesOf('listener_row', values))).toEqual({
      ...{ kind: 'listener', port: 53, netns: 2, pid: 8, transport: 'udp', ipv6Only: true, address: '::' },
      ...{ image: 5, socket: '1100000000000000', started: 2 ** 33, exec: 4, acceptor: 6, recordedPid: 9 },
    });
  });

  it.each([
    ['a path', '/run/app.sock\0', '/run/app.sock'],
    ['an abstract name with zero bytes', '\0a\0b\0', '\0a\0b\0'],
    ['no name', '', ''],
  ])('describes one socket of a Unix connection, with %s', (_title, kept, name) => {
    const values = {
      ...{ kind: 2, netns: 2, pid: 8, listens: 0, name_length: kept.length, name: Buffer.from(kept) },
      ...{ socket: 0x11, peer: 0x22, name_id: 0x33, peer_name_id: 0, inode: 2 ** 32 + 1 },
      ...{ listener_pid: 9, mntns: 3, root: 0x44, exec: 4, started: 2 ** 33 },
    };
    expect(decodeRow(bytesOf('unix_row', values))).toEqual({
      ...{ kind: 'unix', netns: 2, pid: 8, listens: false, name: Buffer.from(name), inode: 2 ** 32 + 1 },
      ...{ socket: '1100000000000000', peer: '2200000000000000', nameId: '3300000000000000', peerNameId: '' },
      ...{ listenerPid: 9, view: { mntns: 3, root: '4400000000000000' }, exec: 4, started: 2 ** 33 },
    });
  });

  it('describes a Unix listener', () => {
    expect(decodeRow(bytesOf('unix_row', { kind: 2, listens: 1 }))).toMatchObject({ listens: true });
  });

  it('of an unknown kind is rejected', () => {
    expect(() => decodeRows(Buffer.from([3, 0]), [])).toThrow(new LayoutError('row of kind', 3));
  });

  it('is decoded the same when fed byte by byte', () => {
    const bytes = Buffer.concat([
      bytesOf('unix_row', { kind: 2, pid: 1, name_length: 2, name: Buffer.from('/a') }),
      bytesOf('listener_row', { kind: 1, pid: 2, transport: 6 }),
    ]);
    const whole: Row[] = [];
    decodeRows(bytes, whole);
    const rows: Row[] = [];
    let rest: Buffer = Buffer.alloc(0);
    for (const byte of bytes) rest = decodeRows(Buffer.concat([rest, Buffer.from([byte])]), rows);
    expect(rest).toHaveLength(0);
    expect(rows).toHaveLength(2);
    expect(rows).toEqual(whole);
  });
});

it('decodes the connections to a Unix socket', () => {
  const client = { netns: 2, pid: 8, image: 5, name_length: 4, name: Buffer.from('/run') };
  const value = Buffer.alloc(8);
  value.writeUInt32LE(5);
  const decoded = { netns: 2, pid: 8, image: 5, name: Buffer.from('/run'), count: 5 };
  const byName = bytesOf('unix_connect_key', { ...client, mntns: 3, root: 0x44 });
  expect(decodeUnixConnectCount(byName, value)).toEqual({
    ...{ ...decoded, listener: undefined, view: { mntns: 3, root: '4400000000000000' } },
  });
  const bound = { ...client, name_length: 5, name: Buffer.from('/run\0'), name_id: 0x33, listener_pid: 9 };
  expect(decodeUnixConnectCount(bytesOf('unix_connect_key', bound), value)).toMatchObject({
    ...{ ...decoded, listener: { nameId: '3300000000000000', pid: 9 } },
  });
});

it.each([
  ['a key', EDGE_KEY.sizeof, (bytes: Buffer) => decodeEdgeKey(bytes)],
  [
    'a key at an offset',
    EDGE_KEY.sizeof,
    (bytes: Buffer) => decodeEdgeKey(Buffer.concat([bytes, bytes]), bytes.length + 1),
  ],
  ['a record', EDGE.sizeof, (bytes: Buffer) => decodeEdge(bytes, 1)],
  ['a process', PROCESS.sizeof, decodeProcess],
  ['the cgroup of a process', PROCESS.sizeof, cgroupIdOf],
  ['the path of a cgroup', CGROUP_PATH.sizeof, decodeCgroupPath],
  ['the health', HEALTH.sizeof, decodeHealth],
  ['a trace', TRACE.sizeof, decodeTrace],
  [
    'a Unix connect key',
    UNIX_CONNECT_KEY.sizeof,
    (bytes: Buffer) => decodeUnixConnectCount(bytes, Buffer.alloc(8)),
  ],
  [
    'a Unix connect count',
    8,
    (bytes: Buffer) => decodeUnixConnectCount(Buffer.alloc(UNIX_CONNECT_KEY.sizeof), bytes),
  ],
  ['an added record', EDGE.sizeof, (bytes: Buffer) => addEdge(Buffer.alloc(EDGE.sizeof), bytes)],
])('rejects %s if truncated, with a LayoutError', (_title, length, decode) => {
  expect(() => decode(Buffer.alloc(length - 1))).toThrow(LayoutError);
});
