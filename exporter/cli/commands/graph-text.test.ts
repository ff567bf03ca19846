import { type Endpoint, withRemoteEndpoint } from '@musubi/agent/half-edge';
import { MANY_PIDS } from '@musubi/agent/metrics/edge-attributes';
import { createLedger } from '@musubi/agent/metrics/ledger';
import { describe, expect, it } from 'vitest';
import { halfEdge } from '../../../test/fixtures/half-edges.ts';
import { formatBytes, graphText } from './graph-text.ts';
import { snapshotRows } from './snapshot-rows.ts';

function entries(...halfEdges: Parameters<typeof halfEdge>[]) {
  const ledger = createLedger(1000);
  ledger.record(
    halfEdges.map((one) => halfEdge(...one)),
    5000,
  );
  return ledger.entries();
}

/** An entry whose remote endpoint has a name, but no address. */
function named(fields: Parameters<typeof halfEdge>[0], remote: Pick<Endpoint, 'service' | 'kind'>) {
  const ledger = createLedger(1000);
  ledger.record([withRemoteEndpoint(halfEdge(fields), { address: '', ...remote })], 5000);
  return ledger.entries();
}

const DB = { service: 'db', process: 'postgres', pid: 30 };

describe('the graph', () => {
  it('lists every source once, with its destinations below', () => {
    const text = graphText(
      entries(
        [{ port: 443, remoteAddress: 'fd00::9', transmittedBytes: 1500, receivedBytes: 20 }],
        [{ port: 80 }],
        [{ direction: 'inbound', port: 5432 }, DB],
      ),
    );
    expect(text).toMatchInlineSnapshot(`
      "10.0.0.9
       └─▶ db (pid 30)  10.0.0.1:5432/tcp  1 open, 1 opened
      shop (pid 20)
       ├─▶ [fd00::9]:443/tcp               1 open, 1 opened, 1.5 kB sent, 20 B received
       └─▶ 10.0.0.9:80/tcp                 1 open, 1 opened
      "
    `);
  });

  it('shows a connection within the host once, below its source', () => {
    const ends = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' };
    const text = graphText(entries([ends], [{ ...ends, direction: 'inbound' }, DB]));
    expect(text.split('\n')).toHaveLength(3);
    expect(text).toMatch(/^shop \(pid 20\)\n └─▶ db \(pid 30\) {2}127/);
  });

  it('shows each of several processes that accept connections on one port', () => {
    const worker = (pid: number) => ({ service: 'nginx', process: 'nginx', pid });
    const text = graphText(
      entries([{ direction: 'inbound' }, worker(1)], [{ direction: 'inbound' }, worker(2)]),
    );
    expect(text).toContain('├─▶ nginx (pid 1)');
    expect(text).toContain('└─▶ nginx (pid 2)');
  });

  it('shows bytes from the source’s side for either half-edge', () => {
    const bytes = { transmittedBytes: 2000, receivedBytes: 5 };
    const text = graphText(entries([{ ...bytes }], [{ ...bytes, direction: 'inbound', port: 5432 }, DB]));
    expect(text).toMatch(/5432\/tcp.*5 B sent, 2\.0 kB received/);
    expect(text).toMatch(/:80\/tcp.*2\.0 kB sent, 5 B received/);
  });

  it('shows a Unix socket by its name, once although both endpoints report it', () => {
    const socket = { transport: 'unix', port: 0, localAddress: '', remoteAddress: '/run/db\n' } as const;
    const shop = { service: 'shop', process: 'node', pid: 20 };
    const text = graphText(entries([socket, shop, DB], [{ ...socket, direction: 'inbound' }, DB, shop]));
    expect(text).toMatchInlineSnapshot(`
      "shop (pid 20)
       └─▶ db (pid 30)  unix /run/db\\n  1 open, 1 opened
      "
    `);
  });

  it('shows why connections failed', () => {
    const text = graphText(entries([{ open: 0, opened: 0, failed: [2, 0, 0, 1, 0, 0, 0] }]));
    expect(text).toContain('0 open, 3 failed (2 refused, 1 host unreachable)');
  });

  it('draws no arrow if the direction is unknown', () => {
    const udp = {
      transport: 'udp',
      direction: 'unknown',
      port: 7000,
      transmittedBytes: 9,
      receivedBytes: 8,
    } as const;
    expect(graphText(entries([udp], [{ port: 80 }]))).toMatchInlineSnapshot(`
      "shop (pid 20)
       ├── 10.0.0.9  at 10.0.0.1:7000/udp, direction unknown  1 open, 1 opened, 9 B sent, 8 B received
       └─▶ 10.0.0.9:80/tcp                                    1 open, 1 opened
      "
    `);
  });

  it('draws no line without an arrow if another half-edge has the direction', () => {
    const udp = { transport: 'udp', port: 7000 } as const;
    const unknown = { ...udp, direction: 'unknown' } as const;
    for (const direction of ['outbound', 'inbound'] as const)
      expect(graphText(entries([unknown], [{ ...udp, direction }]))).not.toContain('──');
    for (const other of [
      { ...udp, port: 7001 },
      { ...udp, remoteAddress: '10.0.0.8' },
    ])
      expect(graphText(entries([unknown], [other]))).toContain('──');
  });

  it('shows folded dependencies as one service', () => {
    const folded = { folded: true, localAddress: '', remoteAddress: '', port: 0 };
    const text = graphText(entries([{ ...folded, opened: 9 }], [{ ...folded, direction: 'inbound' }, DB]));
    expect(text).toMatchInlineSnapshot(`
      "other
       └─▶ db (pid 30)  1 open, 1 opened
      shop (pid 20)
       └─▶ other        1 open, 9 opened
      "
    `);
  });

  it('shows a destination with a name but no address by its port', () => {
    expect(graphText(named({ port: 443 }, { service: 'internet', kind: 'internet' }))).toMatchInlineSnapshot(`
      "shop (pid 20)
       └─▶ internet  port 443/tcp  1 open, 1 opened
      "
    `);
  });

  it('shows folded pids as many', () => {
    expect(graphText(entries([{}, { ...DB, pid: MANY_PIDS }]))).toMatch(/^db \(many pids\)\n/);
  });

  it('distinguishes destinations without an address by name', () => {
    const udp = { transport: 'udp', port: 7000 } as const;
    const unknown = named({ ...udp, direction: 'unknown' }, { service: 'office', kind: 'network' });
    const internet = named(udp, { service: 'internet', kind: 'internet' });
    const office = named(udp, { service: 'office', kind: 'network' });
    expect(graphText([...unknown, ...internet])).toContain('── office');
    expect(graphText([...unknown, ...office])).not.toContain('──');
  });

  it('shows an unknown process as unknown', () => {
    const {
      flow,
      src: { address },
      dst,
    } = halfEdge();
    const ledger = createLedger(1000);
    ledger.record([{ flow, src: { address, host: 'h', kind: 'unknown' }, dst }], 1);
    expect(graphText(ledger.entries())).toMatch(/^\(unknown process\)\n/);
  });

  it('escapes control characters in names', () => {
    const evil = { service: '\u001b[2J\nfake ─▶ line\u202e', process: 'x', pid: 20 };
    const text = graphText(entries([{}, evil]));
    expect(text).toMatch(/^\\x1b\[2J\\nfake ─▶ line\\u\{202e\} \(pid 20\)\n/);
  });

  it('is empty without edges', () => {
    expect(graphText([])).toBe('');
  });
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1234, '1.2 kB'],
  [99_940, '99.9 kB'],
  [123_456, '123 kB'],
  [999_499, '999 kB'],
  [999_999, '1.0 MB'],
  [1e6, '1.0 MB'],
  [5e15, '5.0 PB'],
  [5e18, '5000 PB'],
])('writes %i bytes as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

describe('rows', () => {
  it('contain an edge’s attributes and metrics, with bytes by direction', () => {
    const [row, ...more] = snapshotRows(
      entries([{ transmittedBytes: 10, receivedBytes: 20, retransmits: 1, rttSum: 0.5, rttCount: 2 }]),
    );
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      direction: 'outbound',
      'src.service': 'shop',
      'dst.port': 80,
      'service.dependency.active_connections': 1,
      'service.dependency.connection.opened': 1,
      'service.dependency.io.transmit': 10,
      'service.dependency.io.receive': 20,
      'service.dependency.tcp.rtt': 0.25,
      'service.dependency.tcp.retransmits': 1,
      'service.dependency.last_seen': 5,
    });
    expect(row).not.toHaveProperty('network.io.direction');
  });

  it('contain failures by reason, and the count and sum of set-up times', () => {
    const counts = [2, 1, 0, 0, 0, 0, 0, 0];
    const [row, ...more] = snapshotRows(
      entries([{ failed: [3, 0, 1, 0, 0, 0, 0], setup: { counts, sum: 0.5 } }]),
    );
    expect(more).toEqual([]);
    const figures = Object.entries(row ?? {}).filter(([name]) => /failed|setup/.test(name));
    expect(Object.fromEntries(figures)).toEqual({
      'service.dependency.connection.failed.refused': 3,
      'service.dependency.connection.failed.reset': 1,
      'service.dependency.connection.setup.duration.count': 3,
      'service.dependency.connection.setup.duration.sum': 0.5,
    });
  });

  it('are one for each edge, without unknown values', () => {
    const rows = snapshotRows(entries([{}], [{ port: 81 }]));
    expect(rows.map((row) => row['dst.port'])).toEqual([80, 81]);
    expect(rows[0]).not.toHaveProperty('service.dependency.io.transmit');
  });
});
