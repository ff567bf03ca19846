import { describe, expect, it } from 'vitest';
import { halfEdge } from '../../../../test/fixtures/half-edges.ts';
import type { Flow } from '../../aggregate/fold.ts';
import { type HalfEdge, indexServices, toServiceListeners } from '../../half-edge.ts';
import type { ForwarderTarget } from '../../identify/forwarder-target.ts';
import type { Identity } from '../../identify/identify.ts';
import { createLocalAddresses } from '../local-addresses.ts';
import { pairLocal } from '../pair-local.ts';
import { createCollapseForwarders } from './collapse-forwarders.ts';

const HOST = 7;
const CONTAINER = 8;
const GATEWAY = '172.17.0.1';
const ADDRESSES = new Map([
  [HOST, ['10.0.0.1', GATEWAY]],
  [CONTAINER, ['172.17.0.2']],
]);

const CALLER = { service: 'curl', process: 'curl', pid: 10, kind: 'process' } as const;
const SHOP = { service: 'shop', process: 'node', pid: 30, kind: 'container' } as const;
const forwarderTo = (
  host: string,
  port: number,
  pid = 20,
  transport: ForwarderTarget['transport'] = 'tcp',
) => ({
  ...{ service: 'docker', process: 'docker-proxy', pid, kind: 'process' as const },
  forwardsTo: { transport, host, port },
});
const PROXY = forwarderTo('172.17.0.2', 80);

const outbound = (
  who: Identity,
  localAddress: string,
  remoteAddress: string,
  port: number,
  fields: Partial<Flow> = {},
) => halfEdge({ netns: HOST, localAddress, remoteAddress, port, ...fields }, who);
const inbound = (
  who: Identity,
  remoteAddress: string,
  localAddress: string,
  port: number,
  fields: Partial<Flow> = {},
) => halfEdge({ netns: HOST, direction: 'inbound', localAddress, remoteAddress, port, ...fields }, who);
const inShop = { netns: CONTAINER };

const listens = (
  who: Identity,
  netns: number,
  address: string,
  port: number,
  transport: 'tcp' | 'udp' = 'tcp',
) =>
  toServiceListeners(
    { netns, transport, address, port, pid: who.pid, ipv6Only: false },
    ADDRESSES.get(netns) ?? [],
    who,
    'host-a',
  );
const PUBLISHED = [...listens(PROXY, HOST, '0.0.0.0', 8080), ...listens(SHOP, CONTAINER, '0.0.0.0', 80)];

/** Runs one cycle per call; returns its half-edges, each as `src ▶ dst` with its opened connections. */
function createHost(
  serviceListeners = PUBLISHED,
  addresses: ReadonlyMap<number, readonly string[]> = ADDRESSES,
) {
  const collapse = createCollapseForwarders();
  return (...halfEdges: HalfEdge[]) => {
    const folds: string[] = [];
    let unattributed = 0;
    const services = indexServices(serviceListeners);
    const collapsed = collapse(
      { halfEdges: pairLocal(halfEdges, services), serviceListeners },
      createLocalAddresses(services, addresses),
      {
        fold: (reason, flow) => folds.push(`${reason} ${flow.opened}`),
        unattributed: (failures) => {
          unattributed += failures;
        },
      },
    );
    return { ...collapsed, folds, unattributed, edges: collapsed.halfEdges.map(textOf) };
  };
}

function textOf({ flow: { direction, port, opened, transport }, src, dst }: HalfEdge): string {
  const name = ({ service, address }: HalfEdge['src']) => `${service ?? '?'} ${address}`;
  return `${direction} ${name(src)} ▶ ${name(dst)}:${port}${transport === 'tcp' ? '' : `/${transport}`} +${opened}`;
}

describe('a published port of a container', () => {
  const forwarded = (opened = 1) => outbound(PROXY, GATEWAY, '172.17.0.2', 80, { opened });
  const received = (opened = 1) => inbound(SHOP, GATEWAY, '172.17.0.2', 80, { ...inShop, opened });

  it('connected to by loopback is replaced by the container, in both half-edges, once', () => {
    const { edges, folds } = createHost()(
      outbound(CALLER, '127.0.0.1', '127.0.0.1', 8080, { opened: 3 }),
      inbound(PROXY, '127.0.0.1', '127.0.0.1', 8080, { opened: 3 }),
      forwarded(3),
      received(3),
    );
    expect(edges).toEqual([
      'outbound curl 127.0.0.1 ▶ shop 127.0.0.1:8080 +3',
      'inbound ? 127.0.0.1 ▶ shop 127.0.0.1:8080 +3',
    ]);
    expect(folds).toEqual(['forwarder 3', 'forwarder 3']);
  });

  it('connected to from another host keeps the key that matches the half-edges', () => {
    const { edges } = createHost()(inbound(PROXY, '10.0.0.9', '10.0.0.1', 8080), forwarded(), received());
    expect(edges).toEqual(['inbound ? 10.0.0.9 ▶ shop 10.0.0.1:8080 +1']);
  });

  it('gets all that is known of the container', () => {
    const { halfEdges } = createHost()(inbound(PROXY, '10.0.0.9', '10.0.0.1', 8080));
    expect(halfEdges[0]?.dst).toEqual({ ...SHOP, address: '10.0.0.1', host: 'host-a' });
  });

  it('makes the container a listener there, too', () => {
    const { serviceListeners } = createHost()();
    expect(
      serviceListeners.map(({ dst: { service, address }, port }) => `${service} ${address}:${port}`),
    ).toEqual([
      ...['shop 0.0.0.0:8080', 'shop 10.0.0.1:8080', `shop ${GATEWAY}:8080`],
      ...['shop 0.0.0.0:80', 'shop 172.17.0.2:80'],
    ]);
  });

  it('leaves connections that do not come through the forwarder, even from the same address', () => {
    const { edges } = createHost()(
      outbound(CALLER, GATEWAY, '172.17.0.2', 80, { opened: 2 }),
      inbound(SHOP, '172.17.0.9', '172.17.0.2', 80, inShop),
      inbound(SHOP, GATEWAY, '172.17.0.2', 81, inShop),
    );
    expect(edges).toEqual([
      `outbound curl ${GATEWAY} ▶ ? 172.17.0.2:80 +2`,
      'inbound ? 172.17.0.9 ▶ shop 172.17.0.2:80 +1',
      `inbound ? ${GATEWAY} ▶ shop 172.17.0.2:81 +1`,
    ]);
  });

  it('leaves the forwarder’s connections to other services', () => {
    const { edges } = createHost()(outbound(PROXY, '10.0.0.1', '10.0.0.53', 53, { transport: 'udp' }));
    expect(edges).toEqual(['outbound docker 10.0.0.1 ▶ ? 10.0.0.53:53/udp +1']);
  });

  it('is replaced likewise over UDP', () => {
    const proxy = forwarderTo('172.17.0.2', 53, 20, 'udp');
    const udp = { transport: 'udp' as const };
    const { edges } = createHost([
      ...listens(proxy, HOST, '0.0.0.0', 5353, 'udp'),
      ...listens(SHOP, CONTAINER, '0.0.0.0', 53, 'udp'),
    ])(
      inbound(proxy, '10.0.0.9', '10.0.0.1', 5353, udp),
      outbound(proxy, GATEWAY, '172.17.0.2', 53, udp),
      inbound(SHOP, GATEWAY, '172.17.0.2', 53, { ...inShop, ...udp }),
    );
    expect(edges).toEqual(['inbound ? 10.0.0.9 ▶ shop 10.0.0.1:5353/udp +1']);
  });

  describe('that cannot be reached counts the failures of the forwarder', () => {
    const refused = (count: number) => [count, 0, 0, 0, 0, 0, 0, 0];
    const attempts = (count: number) =>
      outbound(PROXY, GATEWAY, '172.17.0.2', 80, { failed: refused(count), opened: 0, open: 0 });
    const front = (address: string, opened: number) =>
      inbound(PROXY, address, '10.0.0.1', 8080, { opened, open: 0 });
    const counts = ({ halfEdges }: { halfEdges: readonly HalfEdge[] }) =>
      halfEdges.map(({ flow, src, dst }) => [
        `${src.service ?? src.address} ▶ ${dst.service}`,
        flow.opened,
        flow.failed?.[0] ?? 0,
      ]);

    it('on the edge of its only client, also if they follow later', () => {
      const observe = createHost();
      const client = outbound(CALLER, '127.0.0.1', '127.0.0.1', 8080, { opened: 2 });
      const accepted = inbound(PROXY, '127.0.0.1', '127.0.0.1', 8080, { opened: 2 });
      expect(counts(observe(client, accepted, attempts(2)))).toEqual([
        ['curl ▶ shop', 2, 2],
        ['127.0.0.1 ▶ shop', 2, 0],
      ]);
      expect(counts(observe(attempts(3)))).toEqual([['curl ▶ shop', 0, 3]]);
    });

    it('on the edges of all its clients, if no connection succeeded', () => {
      const observe = createHost();
      const edges = counts(observe(front('10.0.0.8', 1), front('10.0.0.9', 4), attempts(5)));
      expect(edges).toEqual([
        ['10.0.0.8 ▶ shop', 1, 1],
        ['10.0.0.9 ▶ shop', 4, 4],
      ]);
    });

    it('as unattributed if it is not known which client they belong to', () => {
      const observe = createHost();
      const { halfEdges, unattributed } = observe(front('10.0.0.8', 1), front('10.0.0.9', 4), attempts(2));
      expect(counts({ halfEdges })).toEqual([
        ['10.0.0.8 ▶ shop', 1, 0],
        ['10.0.0.9 ▶ shop', 4, 0],
      ]);
      expect(unattributed).toBe(2);
    });

    it('on the client of the first of several forwarders', () => {
      const first = forwarderTo('127.0.0.1', 8080, 21);
      const { halfEdges } = createHost([...listens(first, HOST, '0.0.0.0', 9090), ...PUBLISHED])(
        inbound(first, '10.0.0.9', '10.0.0.1', 9090),
        outbound(first, '127.0.0.1', '127.0.0.1', 8080),
        inbound(PROXY, '127.0.0.1', '127.0.0.1', 8080),
        attempts(1),
      );
      expect(counts({ halfEdges })).toEqual([['10.0.0.9 ▶ shop', 1, 1]]);
    });
  });

  it('stays the forwarder’s while no process listens in the container', () => {
    const { edges, serviceListeners } = createHost(listens(PROXY, HOST, '0.0.0.0', 8080))(
      inbound(PROXY, '10.0.0.9', '10.0.0.1', 8080),
      forwarded(),
    );
    expect(edges).toEqual([
      'inbound ? 10.0.0.9 ▶ docker 10.0.0.1:8080 +1',
      `outbound docker ${GATEWAY} ▶ ? 172.17.0.2:80 +1`,
    ]);
    expect(serviceListeners).toMatchObject([{}, {}, {}].map(() => ({ dst: { service: 'docker' } })));
  });

  it('stays the forwarder’s if two containers have the address', () => {
    const twice = new Map([...ADDRESSES, [9, ['172.17.0.2']]]);
    const { edges } = createHost(PUBLISHED, twice)(inbound(PROXY, '10.0.0.9', '10.0.0.1', 8080), forwarded());
    expect(edges).toEqual([
      'inbound ? 10.0.0.9 ▶ docker 10.0.0.1:8080 +1',
      `outbound docker ${GATEWAY} ▶ ? 172.17.0.2:80 +1`,
    ]);
  });

  it('is replaced by the container behind a host name once the forwarder has connected', () => {
    const named = forwarderTo('shop.internal', 80);
    const observe = createHost([...listens(named, HOST, '0.0.0.0', 8080), ...PUBLISHED.slice(3)]);
    const front = () => inbound(named, '10.0.0.9', '10.0.0.1', 8080);
    const edges = 'inbound ? 10.0.0.9 ▶ shop 10.0.0.1:8080 +1';
    expect(observe(front(), outbound(named, GATEWAY, '172.17.0.2', 80)).edges).toEqual([edges]);
    expect(observe(front()).edges).toEqual([edges]);
  });

  it('is postponed until the forwarder has connected, without losing a count', () => {
    const named = forwarderTo('shop.internal', 80);
    const observe = createHost([...listens(named, HOST, '0.0.0.0', 8080), ...PUBLISHED.slice(3)]);
    const front = (fields = {}) => inbound(named, '10.0.0.9', '10.0.0.1', 8080, fields);
    expect(observe(front({ opened: 2, open: 2 })).edges).toEqual([]);
    const forwarded = outbound(named, GATEWAY, '172.17.0.2', 80);
    const { halfEdges } = observe(front({ opened: 1, open: 3 }), forwarded);
    expect(halfEdges).toMatchObject([
      { dst: { service: 'shop' }, flow: { opened: 2, open: 0 } },
      { dst: { service: 'shop' }, flow: { opened: 1, open: 3 } },
    ]);
  });

  it('is postponed for a few cycles at most', () => {
    const named = forwarderTo('shop.internal', 80);
    const observe = createHost(listens(named, HOST, '0.0.0.0', 8080));
    const front = () => inbound(named, '10.0.0.9', '10.0.0.1', 8080);
    const opened = Array.from({ length: 6 }, () => observe(front()).edges.length);
    expect(opened).toEqual([0, 0, 0, 4, 1, 1]);
  });

  it('is reported after being postponed although the forwarder has ended', () => {
    const named = forwarderTo('shop.internal', 80);
    const observe = createHost([]);
    expect(observe(inbound(named, '10.0.0.9', '10.0.0.1', 8080)).edges).toEqual([]);
    expect(observe().edges).toEqual([]);
    expect(observe().edges).toEqual([]);
    expect(observe().edges).toEqual(['inbound ? 10.0.0.9 ▶ docker 10.0.0.1:8080 +1']);
  });

  it('is followed through several forwarders', () => {
    const first = forwarderTo('127.0.0.1', 8081, 21);
    const second = forwarderTo('172.17.0.2', 80, 22);
    const { edges } = createHost([
      ...listens(first, HOST, '0.0.0.0', 8080),
      ...listens(second, HOST, '127.0.0.1', 8081),
      ...listens(SHOP, CONTAINER, '0.0.0.0', 80),
    ])(
      inbound(first, '10.0.0.9', '10.0.0.1', 8080),
      outbound(first, '127.0.0.1', '127.0.0.1', 8081),
      inbound(second, '127.0.0.1', '127.0.0.1', 8081),
      outbound(second, GATEWAY, '172.17.0.2', 80),
      received(),
    );
    expect(edges).toEqual(['inbound ? 10.0.0.9 ▶ shop 10.0.0.1:8080 +1']);
  });

  it('is reported once although the forwarder’s connection is translated beyond the published address', () => {
    const first = forwarderTo('10.0.0.1', 8080, 21);
    const { edges } = createHost([...listens(first, HOST, '0.0.0.0', 9090), ...PUBLISHED])(
      inbound(first, '10.0.0.9', '10.0.0.1', 9090),
      outbound(first, '10.0.0.1', '172.17.0.2', 80),
      inbound(SHOP, '10.0.0.1', '172.17.0.2', 80, inShop),
    );
    expect(edges).toEqual(['inbound ? 10.0.0.9 ▶ shop 10.0.0.1:9090 +1']);
  });

  it('is not replaced for forwarders that lead to each other', () => {
    const one = forwarderTo('127.0.0.1', 82, 21);
    const other = forwarderTo('127.0.0.1', 81, 22);
    const { edges } = createHost([
      ...listens(one, HOST, '127.0.0.1', 81),
      ...listens(other, HOST, '127.0.0.1', 82),
    ])(outbound(CALLER, '127.0.0.1', '127.0.0.1', 81));
    expect(edges).toEqual(['outbound curl 127.0.0.1 ▶ docker 127.0.0.1:81 +1']);
  });
});

describe('a service that listens on loopback', () => {
  const forwarder = forwarderTo('localhost', 80);
  const here = (at: string) => [
    ...listens(forwarder, HOST, at, 8080),
    ...listens(SHOP, HOST, '127.0.0.1', 80),
  ];

  it('is reported for remote clients that reach it through the forwarder', () => {
    const { edges } = createHost(here('0.0.0.0'))(
      inbound(forwarder, '10.0.0.9', '10.0.0.1', 8080),
      outbound(forwarder, '127.0.0.1', '127.0.0.1', 80),
      inbound(SHOP, '127.0.0.1', '127.0.0.1', 80),
    );
    expect(edges).toEqual(['inbound ? 10.0.0.9 ▶ shop 10.0.0.1:8080 +1']);
  });

  it('is reported by the half-edges of clients that connect to it themselves', () => {
    const { edges } = createHost(here('0.0.0.0'))(
      outbound(forwarder, '127.0.0.1', '127.0.0.1', 80, { opened: 4 }),
      outbound(CALLER, '127.0.0.1', '127.0.0.1', 80, { opened: 2 }),
      inbound(SHOP, '127.0.0.1', '127.0.0.1', 80, { opened: 6 }),
    );
    expect(edges).toEqual(['outbound curl 127.0.0.1 ▶ shop 127.0.0.1:80 +2']);
  });

  it('in another network namespace is a different one', () => {
    const half = inbound(SHOP, '127.0.0.1', '127.0.0.1', 80, inShop);
    expect(createHost(here('0.0.0.0'))(half).edges).toEqual(['inbound ? 127.0.0.1 ▶ shop 127.0.0.1:80 +1']);
  });
});

describe('a service on another host', () => {
  const forwarder = forwarderTo('10.0.0.5', 5432);
  const front = () => [
    outbound(CALLER, '127.0.0.1', '127.0.0.1', 8080, { opened: 2, rttSum: 1, rttCount: 1 }),
    inbound(forwarder, '127.0.0.1', '127.0.0.1', 8080, { opened: 2 }),
  ];
  const forwarded = (fields = {}) =>
    outbound(forwarder, '10.0.0.1', '10.0.0.5', 5432, { opened: 2, ...fields });

  it('is reported by the clients of a forwarder on loopback, from the address that the service sees', () => {
    const { edges, halfEdges, folds } = createHost(listens(forwarder, HOST, '127.0.0.1', 8080))(
      ...front(),
      forwarded(),
    );
    expect(edges).toEqual(['outbound curl 10.0.0.1 ▶ ? 10.0.0.5:5432 +2']);
    expect(halfEdges[0]?.flow).toMatchObject({ rttSum: 0, rttCount: 0 });
    expect(folds).toEqual(['forwarder 2', 'forwarder 2']);
  });

  it.each([
    ['other hosts can connect to', listens(forwarder, HOST, '0.0.0.0', 8080)],
    ['listens through another process', listens(CALLER, HOST, '127.0.0.1', 8080)],
  ])('is not reported for the clients of a forwarder that %s', (_title, serviceListeners) => {
    const { edges } = createHost(serviceListeners)(
      inbound(forwarder, '10.0.0.9', '10.0.0.1', 8080),
      forwarded(),
    );
    expect(edges).toEqual([
      'inbound ? 10.0.0.9 ▶ docker 10.0.0.1:8080 +1',
      'outbound docker 10.0.0.1 ▶ ? 10.0.0.5:5432 +2',
    ]);
  });

  it('is not reported for the clients of a forwarder whose host name has several addresses', () => {
    const named = forwarderTo('db.example', 5432);
    const { edges } = createHost(listens(named, HOST, '127.0.0.1', 8080))(
      outbound(CALLER, '127.0.0.1', '127.0.0.1', 8080),
      outbound(named, '10.0.0.1', '10.0.0.5', 5432),
      outbound(named, '10.0.0.1', '10.0.0.6', 5432),
    );
    expect(edges).toEqual([
      'outbound curl 127.0.0.1 ▶ docker 127.0.0.1:8080 +1',
      'outbound docker 10.0.0.1 ▶ ? 10.0.0.5:5432 +1',
      'outbound docker 10.0.0.1 ▶ ? 10.0.0.6:5432 +1',
    ]);
  });
});

it('returns the same half-edges without forwarders', () => {
  const host = createHost(listens(SHOP, HOST, '0.0.0.0', 80));
  const half = outbound(CALLER, '10.0.0.1', '10.0.0.5', 80);
  expect(host(half).halfEdges[0]).toBe(half);
});
