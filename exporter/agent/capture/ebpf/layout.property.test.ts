import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FAILURES } from '../capture.ts';
import {
  CGROUP_PATH,
  EDGE,
  EDGE_KEY,
  HEALTH,
  LISTENER_ROW,
  PROCESS,
  TRACE,
  UNIX_CONNECT_KEY,
  UNIX_ROW,
} from './kernel-structs.ts';
import {
  decodeCgroupPath,
  decodeEdge,
  decodeEdgeKey,
  decodeHealth,
  decodeProcess,
  decodeRows,
  decodeTrace,
  decodeUnixConnectCount,
  LayoutError,
  type ListenerRow,
  type UnixRow,
} from './layout.ts';

const LISTENER_BYTES = LISTENER_ROW.sizeof;
const UNIX_BYTES = UNIX_ROW.sizeof;

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));

/** The result of `decode`, or undefined if it throws a LayoutError; any other error fails the test. */
function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    expect(error).toBeInstanceOf(LayoutError);
    return undefined;
  }
}

function expectCounts(counts: readonly (number | undefined)[]) {
  for (const count of counts)
    if (count !== undefined) expect(count >= 0 && Number.isFinite(count)).toBe(true);
}

it('decodes any bytes as a key, or throws a LayoutError', () => {
  // Mostly valid transports and directions, or hardly any would be decoded.
  const known = fc.tuple(fc.constantFrom(6, 17, 0), fc.constantFrom(0, 1, 2, 3));
  fc.assert(
    fc.property(bytes(EDGE_KEY.sizeof), known, (key, kinds) => {
      key.set(kinds, 44);
      const decoded = attempt(() => decodeEdgeKey(key));
      if (!decoded) return;
      expect(isIP(decoded.localAddress) && isIP(decoded.remoteAddress)).not.toBe(0);
      expectCounts([decoded.netns, decoded.pid, decoded.port]);
    }),
  );
});

it('decodes any bytes as counts, none of them negative', () => {
  fc.assert(
    fc.property(bytes(EDGE.sizeof), fc.nat(), (value, scan) => {
      const { rtt, failed, setup, ...counts } = decodeEdge(value, scan);
      expectCounts([...Object.values(counts), ...failed, ...setup.counts, setup.sum, rtt]);
    }),
  );
});

it('decodes any bytes as a process, never longer than the bytes', () => {
  fc.assert(
    fc.property(bytes(PROCESS.sizeof), (value) => {
      const { comm, executable, args } = decodeProcess(value);
      expect(comm.length).toBeLessThanOrEqual(16);
      for (const part of [comm, executable ?? Buffer.alloc(0), ...args]) expect(part.includes(0)).toBe(false);
      expect(args.reduce((length, arg) => length + arg.length + 1, 0)).toBeLessThanOrEqual(PROCESS.sizeof);
    }),
  );
});

it('decodes any bytes as the path of a cgroup', () => {
  fc.assert(
    fc.property(bytes(CGROUP_PATH.sizeof), fc.nat(10), (value, levels) => {
      value.writeUInt32LE(levels);
      const path = decodeCgroupPath(value);
      expect(path?.length ?? 0).toBeLessThanOrEqual(CGROUP_PATH.sizeof);
      expect(path?.includes(0) ?? false).toBe(false);
    }),
  );
});

it('decodes any bytes as attempts to connect to a Unix socket', () => {
  fc.assert(
    fc.property(bytes(UNIX_CONNECT_KEY.sizeof), bytes(8), (key, value) => {
      const { name, count } = decodeUnixConnectCount(key, value);
      expect(name.length).toBeLessThanOrEqual(UNIX_CONNECT_KEY.sizeof - 12);
      expectCounts([count]);
    }),
  );
});

it('decodes any bytes as a trace, or throws a LayoutError', () => {
  const known = fc.tuple(fc.nat(4), fc.nat(FAILURES.length));
  fc.assert(
    fc.property(bytes(TRACE.sizeof), known, (value, kinds) => {
      value.set([6, 0, ...kinds], TRACE.transport);
      const state = attempt(() => decodeTrace(value))?.state;
      if (typeof state === 'object') expect(FAILURES[state.failed]).toBeDefined();
    }),
  );
});

it('decodes any bytes as the health of the program', () => {
  fc.assert(
    fc.property(bytes(HEALTH.sizeof), (value) => {
      const { hooked, ...counts } = decodeHealth(value);
      expectCounts(Object.values(counts));
      expect(hooked).toBeTypeOf('boolean');
    }),
  );
});

/** A row of valid kind and transport with arbitrary content. */
const row = fc.constantFrom([1, LISTENER_BYTES] as const, [2, UNIX_BYTES] as const).chain(([kind, length]) =>
  bytes(length).map((content) => {
    content.writeUInt16LE(kind, 0);
    if (kind === 1) content[LISTENER_ROW.transport] = 6;
    return content;
  }),
);

it('decodes the same rows wherever the kernel splits them', () => {
  const cuts = fc.array(fc.nat(400), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), cuts, (rows, lengths) => {
      const whole = Buffer.concat(rows);
      const expected: (ListenerRow | UnixRow)[] = [];
      expect(decodeRows(whole, expected)).toHaveLength(0);
      expect(expected).toHaveLength(rows.length);

      const found: (ListenerRow | UnixRow)[] = [];
      let rest: Buffer = Buffer.alloc(0);
      let at = 0;
      for (const length of [...lengths, whole.length]) {
        rest = decodeRows(Buffer.concat([rest, whole.subarray(at, at + length)]), found);
        at = Math.min(at + length, whole.length);
      }
      expect(rest).toHaveLength(0);
      expect(found).toEqual(expected);
    }),
  );
});

it('decodes any bytes as rows, or throws a LayoutError', () => {
  const part = fc.oneof(
    { weight: 4, arbitrary: row },
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const found: (ListenerRow | UnixRow)[] = [];
      const rest = attempt(() => decodeRows(Buffer.concat(parts), found));
      if (rest) expect(rest.length).toBeLessThan(UNIX_BYTES);
      for (const one of found) if (one.kind === 'listener') expect(isIP(one.address)).not.toBe(0);
    }),
  );
});
