import { RECORDED } from '@musubi/contract/recorded-series';
/** The endpoints that the recording rules give each edge. */
import { describe, test } from 'vitest';
import { halfEdge, inbound, listens, outbound } from '../../fixtures/rule-series.ts';
import { at, edges, expectOf, MISSING, open, processOn, serviceEdges } from './edge-rules.ts';

const WEB = processOn('a', '10.0.0.1', 'web', '10');
const DB = processOn('b', '10.0.0.2', 'db', '20');

test('the recording rules are also tested with Prometheus 3', ({ skip }) => {
  if (MISSING) skip(MISSING);
});

describe('an edge', () => {
  test('that both hosts report is recorded once, with both endpoints', async () => {
    await expectOf(
      [outbound(WEB, at(DB), '5432'), inbound(at(WEB), DB, '5432'), listens(DB, '5432')],
      [
        edges('10m', 'web 10 a > db 20 b 10.0.0.2 5432 both'),
        serviceEdges('10m', { '- web > - db 5432': 540 }),
        open('10m', { 'web > db 5432': 1 }),
      ],
    );
  });

  test('that only the source reports leads to the listener at its address', async () => {
    await expectOf(
      [outbound(WEB, at(DB), '5432'), listens(DB, '5432')],
      [edges('10m', 'web 10 a > db 20 b 10.0.0.2 5432 source')],
    );
  });

  test('that only the source reports leads to the address if no listener is known', async () => {
    await expectOf(
      [outbound(WEB, at(DB), '5432')],
      [
        edges('10m', 'web 10 a > - - - 10.0.0.2 5432 source'),
        serviceEdges('10m', { '- web > - 10.0.0.2 5432': 540 }),
      ],
    );
  });

  test('that only the destination reports comes from an address', async () => {
    await expectOf(
      [inbound(at(WEB), DB, '5432')],
      [
        edges('10m', '- - - > db 20 b 10.0.0.2 5432 destination'),
        serviceEdges('10m', { '- 10.0.0.1 > - db 5432': 540 }),
        open('10m', { '10.0.0.1 > db 5432': 1 }),
      ],
    );
  });

  test('leads to the destination of the inbound half-edge if no listener is known', async () => {
    await expectOf(
      [outbound(WEB, at(DB), '5432'), inbound(at(WEB), DB, '5432')],
      [edges('10m', 'web 10 a > db 20 b 10.0.0.2 5432 both')],
    );
  });

  test('keeps the name that the exporter found for an address unknown to all others', async () => {
    await expectOf(
      [outbound(WEB, { address: '10.9.9.9', service: 'api.example.com', kind: 'dns' }, '443')],
      [edges('10m', 'web 10 a > api.example.com - - 10.9.9.9 443 source')],
    );
  });

  test('within a host is recorded as that host reports it', async () => {
    const [client, server] = [
      { ...WEB, address: '127.0.0.1' },
      { ...DB, host: 'a', address: '127.0.0.1' },
    ];
    await expectOf(
      [outbound(client, server, '5432'), inbound(at(client), server, '5432')],
      [edges('10m', 'web 10 a > db 20 a 127.0.0.1 5432 both')],
    );
  });

  test('over a Unix socket is recorded once', async () => {
    const socket = { ...DB, host: 'a', address: '/run/db.sock' };
    const { address: _, ...source } = WEB;
    await expectOf(
      [
        outbound(source, socket, '', { transport: 'unix' }),
        inbound(source, socket, '', { transport: 'unix' }),
      ],
      [edges('10m', 'web 10 a > db 20 a /run/db.sock - both')],
    );
  });
});

describe('several processes', () => {
  test('on each host make one edge per client process, with the labels that the workers have in common', async () => {
    const other = { ...WEB, pid: '11' };
    const worker = { ...DB, pid: '21' };
    await expectOf(
      [
        ...[WEB, other].map((source) => outbound(source, at(DB), '5432')),
        ...[DB, worker].flatMap((process) => [inbound(at(WEB), process, '5432'), listens(process, '5432')]),
      ],
      [
        edges('10m', 'web 10 a > db - b 10.0.0.2 5432 both', 'web 11 a > db - b 10.0.0.2 5432 both'),
        open('10m', { 'web > db 5432': 2 }),
      ],
    );
  });

  test('of two services on one port are recorded as their host', async () => {
    await expectOf(
      [
        outbound(WEB, at(DB), '5432'),
        listens(DB, '5432'),
        listens({ ...DB, service: 'cache', pid: '21' }, '5432'),
      ],
      [edges('10m', 'web 10 a > - - b 10.0.0.2 5432 source')],
    );
  });

  test('of two services at one client address each have their own count', async () => {
    const job = processOn('a', '10.0.0.1', 'job', '11');
    await expectOf(
      [
        outbound(WEB, at(DB), '5432'),
        outbound(job, at(DB), '5432'),
        inbound(at(WEB), DB, '5432', { open: '2x100' }),
        listens(DB, '5432'),
      ],
      [
        edges('10m', 'web 10 a > db 20 b 10.0.0.2 5432 both', 'job 11 a > db 20 b 10.0.0.2 5432 both'),
        open('10m', { 'web > db 5432': 1, 'job > db 5432': 1 }),
      ],
    );
  });
});

describe('an address', () => {
  test('is resolved to its host even if the host has several', async () => {
    const second = { ...DB, address: '192.168.0.2' };
    await expectOf(
      [
        outbound(WEB, at(DB), '5432'),
        outbound(WEB, at(second), '5432'),
        inbound(at(WEB), second, '5432'),
        listens(DB, '5432'),
        listens(second, '5432'),
      ],
      [edges('10m', 'web 10 a > db 20 b 10.0.0.2 5432 source', 'web 10 a > db 20 b 192.168.0.2 5432 both')],
    );
  });

  test('in use at two sites leads to the host at the site of the client', async () => {
    const site = (name: string, host: string) => [
      { ...processOn(`${host}1`, '10.0.0.1', 'web', '10'), site: name },
      { ...processOn(`${host}2`, '10.0.0.2', `db-${name}`, '20'), site: name },
    ];
    const [[web1 = {}, db1 = {}], [web2 = {}, db2 = {}]] = [site('fra', 'f'), site('ams', 'a')];
    await expectOf(
      [
        [web1, web2].flatMap((web) => outbound(web, at(db1), '5432')),
        [db1, db2].flatMap((db) => [inbound(at(web1), db, '5432'), listens(db, '5432')]).flat(),
      ],
      [
        edges(
          '10m',
          'web 10 f1 > db-fra 20 f2 10.0.0.2 5432 both',
          'web 10 a1 > db-ams 20 a2 10.0.0.2 5432 both',
        ),
        serviceEdges('10m', { 'fra web > fra db-fra 5432': 540, 'ams web > ams db-ams 5432': 540 }),
      ],
    );
  });

  test('at another site leads to the only host that has it', async () => {
    const remote = { ...DB, site: 'ams' };
    await expectOf(
      [outbound({ ...WEB, site: 'fra' }, at(remote), '5432'), listens(remote, '5432')],
      [edges('10m', 'web 10 a > db 20 b 10.0.0.2 5432 source')],
    );
  });

  test('leads to the site that the exporter reports for it', async () => {
    const two = ['ams', 'lhr'].map((site) => ({
      ...processOn(`h-${site}`, '10.0.0.2', `db-${site}`, '20'),
      site,
    }));
    await expectOf(
      [
        outbound({ ...WEB, site: 'fra' }, { address: '10.0.0.2', site: 'lhr' }, '5432'),
        ...two.map((db) => listens(db, '5432')),
      ],
      [edges('10m', 'web 10 a > db-lhr 20 h-lhr 10.0.0.2 5432 source')],
    );
  });

  test('of a container leads to it on its own host, and from elsewhere to the address alone', async () => {
    const redis = ['a', 'b'].map((host) => processOn(host, '172.17.0.2', `redis-${host}`, '30'));
    const elsewhere = processOn('c', '10.0.0.3', 'web', '10');
    await expectOf(
      [
        ...[{ ...WEB, address: '172.17.0.1' }, elsewhere].map((web) =>
          outbound(web, { address: '172.17.0.2' }, '6379'),
        ),
        ...redis.map((process) => listens(process, '6379')),
      ],
      [
        edges(
          '10m',
          'web 10 a > redis-a 30 a 172.17.0.2 6379 source',
          'web 10 c > - - - 172.17.0.2 6379 source',
        ),
      ],
    );
  });

  test('that several hosts have leads to none of them, on other ports too', async () => {
    await expectOf(
      [
        outbound(processOn('c', '10.0.0.3', 'web', '10'), { address: '172.17.0.2' }, '6379'),
        listens(processOn('a', '172.17.0.2', 'redis', '30'), '6379'),
        listens(processOn('b', '172.17.0.2', 'nginx', '30'), '80'),
      ],
      [edges('10m', 'web 10 c > - - - 172.17.0.2 6379 source')],
    );
  });

  test.each(['127.0.0.1', '169.254.1.1', 'fe80::1', '::1', '0.0.0.0'])(
    'such as %s never leads to another host',
    async (address) => {
      await expectOf(
        [outbound(WEB, { address }, '5432'), listens({ ...DB, address }, '5432')],
        [edges('10m', `web 10 a > - - - ${address} 5432 source`)],
      );
    },
  );
});

describe('a listener', () => {
  test('that restarts keeps its name meanwhile, for new sources too', async () => {
    const late = processOn('c', '10.0.0.3', 'job', '12');
    await expectOf(
      [
        outbound(WEB, at(DB), '5432'),
        outbound(late, at(DB), '5432', {
          opened: '_x24 1x60',
          start: '_x24 720x60',
          lastSeen: '_x24 720x60',
        }),
        listens(DB, '5432', '1x20 stale'),
        listens(DB, '22'),
      ],
      [edges('15m', 'web 10 a > db 20 b 10.0.0.2 5432 source', 'job 12 c > db - b 10.0.0.2 5432 source')],
    );
  });

  test('that has stopped remains the destination of the attempts to connect to it', async () => {
    await expectOf(
      [outbound(WEB, at(DB), '5432', { failed: { refused: '0+1x120' } }), listens(DB, '5432', '1x20 stale')],
      [edges('55m', 'web 10 a > db 20 b 10.0.0.2 5432 source')],
    );
  });

  test('that moves to another host with its address is found there at once', async () => {
    const moved = processOn('c', '10.0.0.2', 'db', '40');
    await expectOf(
      [outbound(WEB, at(DB), '5432'), listens(DB, '5432', '1x40 stale'), listens(moved, '5432', '_x42 1x60')],
      [
        edges('20m', 'web 10 a > db 20 b 10.0.0.2 5432 source'),
        edges('23m', 'web 10 a > db 40 c 10.0.0.2 5432 source'),
      ],
    );
  });

  test('that moves is found on its new host before the last push of its old host is marked stale', async () => {
    const moved = processOn('c', '10.0.0.2', 'db', '40');
    await expectOf(
      [outbound(WEB, at(DB), '5432'), listens(DB, '5432', '1x40'), listens(moved, '5432', '_x42 1x60')],
      [edges('22m', 'web 10 a > db 40 c 10.0.0.2 5432 source')],
    );
  });
});

describe('an endpoint without an address', () => {
  test('is recorded as its host folded it', async () => {
    await expectOf(
      [
        outbound({ ...WEB, pid: 'many' }, { service: 'internet', kind: 'internet' }, '443'),
        inbound({ service: 'office', kind: 'network' }, DB, '5432'),
        halfEdge(
          'outbound',
          { service: 'other', host: 'a', kind: 'unknown' },
          { service: 'other', kind: 'unknown' },
          '',
        ),
        listens(DB, '5432'),
      ],
      [
        edges(
          '10m',
          'web many a > internet - - - 443 source',
          'office - - > db 20 b 10.0.0.2 5432 destination',
          'other - a > other - - - - source',
        ),
      ],
    );
  });
});

describe('unusual input', () => {
  test('from one exporter scraped twice makes one edge, counted once', async () => {
    const replica = { target: { job: 'other', instance: 'x', replica: 'b' } };
    await expectOf(
      [
        ...[{}, replica].flatMap((target) => [
          outbound(WEB, at(DB), '5432', target),
          inbound(at(WEB), DB, '5432', target),
        ]),
        listens(DB, '5432'),
        listens(DB, '5432', '1x100', replica.target),
      ],
      [edges('10m', 'web 10 a > db 20 b 10.0.0.2 5432 both'), open('10m', { 'web > db 5432': 1 })],
    );
  });

  test('with hostile names is recorded under these names', async () => {
    const name = 'x"} or vector(1) #\\ \n{結び}';
    await expectOf(
      [outbound({ ...WEB, service: name }, at(DB), '5432'), listens({ ...DB, service: `${name}2` }, '5432')],
      [
        edges('10m', `${name} 10 a > ${name}2 20 b 10.0.0.2 5432 source`),
        serviceEdges('10m', { [`- ${name} > - ${name}2 5432`]: 540 }),
      ],
    );
  });

  test('without labels, or with few, affects no other edge', async () => {
    const bare = (labels: object) =>
      [
        'start_time_seconds',
        'connection_opened_total',
        'active_connections',
        'last_seen_seconds',
        'listen',
      ].map((name) => ({ series: { __name__: `service_dependency_${name}`, ...labels }, values: '1x100' }));
    await expectOf(
      [
        outbound(WEB, at(DB), '5432'),
        inbound(at(WEB), DB, '5432'),
        listens(DB, '5432'),
        bare({}),
        bare({ direction: 'outbound' }),
        bare({ direction: 'outbound', dst_address: '10.0.0.2', network_transport: 'tcp', dst_port: '5432' }),
        bare({ direction: 'inbound', dst_address: '10.0.0.2', network_transport: 'tcp', dst_port: '5432' }),
        bare({ direction: 'sideways', dst_host: 'b' }),
        bare({ dst_address: '10.0.0.2', dst_port: '5432', network_transport: 'tcp' }),
      ],
      [
        {
          at: '10m',
          expr: `count(${RECORDED.edgeLastSeen}{src_service="web", dst_service="db", observer="both"})`,
          rows: [[{}, 1]],
        },
      ],
    );
  });

  test('with changing labels makes no rule fail', async () => {
    const halfEdge = (remote: object) => outbound(WEB, { ...at(DB), ...remote }, '5432');
    await expectOf(
      [
        halfEdge({}),
        halfEdge({ service: 'x', kind: 'dns' }),
        halfEdge({ service: 'y', kind: 'dns' }),
        halfEdge({ site: 'fra' }),
        outbound(WEB, { ...DB, service: '' }, '5432'),
        outbound({ ...WEB, site: 'fra' }, at(DB), '5432'),
        inbound(at(WEB), DB, '5432'),
        listens({ ...DB, site: 'fra' }, '5432'),
        listens({ ...DB, site: 'ams' }, '5432'),
        listens(DB, '5432'),
      ],
      [
        {
          at: '10m',
          expr: `count by (dst_host) (${RECORDED.edgeLastSeen}{src_service="web"})`,
          rows: [[{ dst_host: 'b' }, 3]],
        },
      ],
    );
  });

  test('from a host that claims to be the destination is ignored if another host is', async () => {
    const impostor = processOn('z', '10.0.0.2', 'evil', '66');
    await expectOf(
      [
        outbound(WEB, at(DB), '5432'),
        inbound(at(WEB), DB, '5432'),
        inbound(at(WEB), impostor, '5432'),
        listens(DB, '5432'),
      ],
      [edges('10m', 'web 10 a > db 20 b 10.0.0.2 5432 both', '- - - > evil 66 z 10.0.0.2 5432 destination')],
    );
  });
});

test('an exporter with missed scrapes and a wrong clock is joined with the other', async () => {
  const gaps = '1 _ _ 1 _ _ _ 1 1 _x4 1 _ _ _ 1 1 1 _ _ 1';
  const ahead = '3600 _ _ 3690 _ _ _ 3810 3840 _x4 3990 _ _ _ 4110 4140 4170 _ _ 4260';
  await expectOf(
    [
      outbound(WEB, at(DB), '5432'),
      inbound(at(WEB), DB, '5432', { opened: gaps, start: gaps.replaceAll('1', '3600'), lastSeen: ahead }),
      listens(DB, '5432', gaps.replace('_x4', '_ _ _ _')),
    ],
    ['5m', '8m', '10m'].map((time) => edges(time, 'web 10 a > db 20 b 10.0.0.2 5432 both')),
  );
});
