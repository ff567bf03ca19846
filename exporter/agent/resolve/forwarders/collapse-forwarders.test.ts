import { describe, expect, it } from 'vitest';
import { halfEdge } from '../../../../test/fixtures/half-edges.ts';
import type { Flow } from '../../aggregate/fold.ts';
import { pairLocal } from '../../aggregate/pair-local.ts';
import { type HalfEdge, indexServices, toServiceListeners } from '../../half-edge.ts';
import type { ForwarderTarget } from '../../identify/forwarder-target.ts';
import type { Identity } from '../../identify/identify.ts';
import { createLocalAddresses } from '../local-addresses.ts';
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

/** Told of the halves of one pass after the other: the last one's, each as `src ▶ dst` with its opened. */
function createHost(
  serviceListeners = PUBLISHED,
  addresses: ReadonlyMap<number, readonly string[]> = ADDRESSES,
) {
  const collapse = createCollapseForwarders();
  return (...halfEdges: HalfEdge[]) => {
    const folds: string[] = [];
    const services = indexServices(serviceListeners);
    const seen = collapse(
      { halfEdges: pairLocal(halfEdges, services), serviceListeners },
      createLocalAddresses(services, addresses),
      (reason, flow) => folds.push(`${reason} ${flow.opened}`),
    );
    return { ...seen, folds, told: seen.halfEdges.map(textOf) };
  };
}

function textOf({ flow: { direction, port, opened, transport }, src, dst }: HalfEdge): string {
  const name = ({ service, address }: HalfEdge['src']) => `${service ?? '?'} ${address}`;
  return `${direction} ${name(src)} ▶ ${name(dst)}:${port}${transport === 'tcp' ? '' : `/${transport}`} +${opened}`;
}

describe('a published port of a container', () => {
  const back = (opened = 1) => outbound(PROXY, GATEWAY, '172.17.0.2', 80, { opened });
  const handedOn = (opened = 1) => inbound(SHOP, GATEWAY, '172.17.0.2', 80, { ...inShop, opened });

  it('called by loopback is told as the container, on both halves, once', () => {
    const { told, folds } = createHost()(
      outbound(CALLER, '127.0.0.1', '127.0.0.1', 8080, { opened: 3 }),
      inbound(PROXY, '127.0.0.1', '127.0.0.1', 8080, { opened: 3 }),
      back(3),
      handedOn(3),
    );
    expect(told).toEqual([
      'outbound curl 127.0.0.1 ▶ shop 127.0.0.1:8080 +3',
      'inbound ? 127.0.0.1 ▶ shop 127.0.0.1:8080 +3',
    ]);
    expect(folds).toEqual(['forwarder 3', 'forwarder 3']);
  });

  it('called from another host keeps the key by which the halves join', () => {
    const { told } = createHost()(inbound(PROXY, '10.0.0.9', '10.0.0.1', 8080), back(), handedOn());
    expect(told).toEqual(['inbound ? 10.0.0.9 ▶ shop 10.0.0.1:8080 +1']);
  });

  it('goes by all that is known of the container', () => {
    const { halfEdges } = createHost()(inbound(PROXY, '10.0.0.9', '10.0.0.1', 8080));
    expect(halfEdges[0]?.dst).toEqual({ ...SHOP, address: '10.0.0.1', host: 'host-a' });
  });

  it('is where the container listens, too', () => {
    const { serviceListeners } = createHost()();
    expect(
      serviceListeners.map(({ dst: { service, address }, port }) => `${service} ${address}:${port}`),
    ).toEqual([
      ...['shop 0.0.0.0:8080', 'shop 10.0.0.1:8080', `shop ${GATEWAY}:8080`],
      ...['shop 0.0.0.0:80', 'shop 172.17.0.2:80'],
    ]);
  });

  it('leaves what does not come through the forwarder, even from the same address', () => {
    const { told } = createHost()(
      outbound(CALLER, GATEWAY, '172.17.0.2', 80, { opened: 2 }),
      inbound(SHOP, '172.17.0.9', '172.17.0.2', 80, inShop),
      inbound(SHOP, GATEWAY, '172.17.0.2', 81, inShop),
    );
    expect(told).toEqual([
      `outbound curl ${GATEWAY} ▶ ? 172.17.0.2:80 +2`,
      'inbound ? 172.17.0.9 ▶ shop 172.17.0.2:80 +1',
      `inbound ? ${GATEWAY} ▶ shop 172.17.0.2:81 +1`,
    ]);
  });

  it('leaves what the forwarder asks of others', () => {
    const { told } = createHost()(outbound(PROXY, '10.0.0.1', '10.0.0.53', 53, { transport: 'udp' }));
    expect(told).toEqual(['outbound docker 10.0.0.1 ▶ ? 10.0.0.53:53/udp +1']);
  });

  it('of UDP is told likewise', () => {
    const proxy = forwarderTo('172.17.0.2', 53, 20, 'udp');
    const udp = { transport: 'udp' as const };
    const { told } = createHost([
      ...listens(proxy, HOST, '0.0.0.0', 5353, 'udp'),
      ...listens(SHOP, CONTAINER, '0.0.0.0', 53, 'udp'),
    ])(
      inbound(proxy, '10.0.0.9', '10.0.0.1', 5353, udp),
      outbound(proxy, GATEWAY, '172.17.0.2', 53, udp),
      inbound(SHOP, GATEWAY, '172.17.0.2', 53, { ...inShop, ...udp }),
    );
    expect(told).toEqual(['inbound ? 10.0.0.9 ▶ shop 10.0.0.1:5353/udp +1']);
  });

  it('that cannot be reached is told by the failures of the forwarder', () => {
    const failed = [2, 0, 0, 0, 0, 0, 0];
    const { halfEdges } = createHost()(
      outbound(PROXY, GATEWAY, '172.17.0.2', 80, { failed, opened: 5, open: 5, transmittedBytes: 100 }),
    );
    expect(halfEdges).toMatchObject([{ src: { service: 'docker' }, flow: { failed, opened: 0, open: 0 } }]);
    expect(halfEdges[0]?.flow).not.toHaveProperty('transmittedBytes');
  });

  it('is that of the forwarder while nobody listens in the container', () => {
    const { told, serviceListeners } = createHost(listens(PROXY, HOST, '0.0.0.0', 8080))(
      inbound(PROXY, '10.0.0.9', '10.0.0.1', 8080),
      back(),
    );
    expect(told).toEqual([
      'inbound ? 10.0.0.9 ▶ docker 10.0.0.1:8080 +1',
      `outbound docker ${GATEWAY} ▶ ? 172.17.0.2:80 +1`,
    ]);
    expect(serviceListeners).toMatchObject([{}, {}, {}].map(() => ({ dst: { service: 'docker' } })));
  });

  it('is that of the forwarder where two containers have the address', () => {
    const twice = new Map([...ADDRESSES, [9, ['172.17.0.2']]]);
    const { told } = createHost(PUBLISHED, twice)(inbound(PROXY, '10.0.0.9', '10.0.0.1', 8080), back());
    expect(told).toEqual([
      'inbound ? 10.0.0.9 ▶ docker 10.0.0.1:8080 +1',
      `outbound docker ${GATEWAY} ▶ ? 172.17.0.2:80 +1`,
    ]);
  });

  it('is known to be the container though a name is all that the forwarder tells, once it has connected', () => {
    const named = forwarderTo('shop.internal', 80);
    const observe = createHost([...listens(named, HOST, '0.0.0.0', 8080), ...PUBLISHED.slice(3)]);
    const front = () => inbound(named, '10.0.0.9', '10.0.0.1', 8080);
    const told = 'inbound ? 10.0.0.9 ▶ shop 10.0.0.1:8080 +1';
    expect(observe(front(), outbound(named, GATEWAY, '172.17.0.2', 80)).told).toEqual([told]);
    expect(observe(front()).told).toEqual([told]);
  });

  it('is waited for where the forwarder has not connected yet, and nothing is lost', () => {
    const named = forwarderTo('shop.internal', 80);
    const observe = createHost([...listens(named, HOST, '0.0.0.0', 8080), ...PUBLISHED.slice(3)]);
    const front = (fields = {}) => inbound(named, '10.0.0.9', '10.0.0.1', 8080, fields);
    expect(observe(front({ opened: 2, open: 2 })).told).toEqual([]);
    const back = outbound(named, GATEWAY, '172.17.0.2', 80);
    const { halfEdges } = observe(front({ opened: 1, open: 3 }), back);
    expect(halfEdges).toMatchObject([
      { dst: { service: 'shop' }, flow: { opened: 2, open: 0 } },
      { dst: { service: 'shop' }, flow: { opened: 1, open: 3 } },
    ]);
  });

  it('is waited for a few passes, no more', () => {
    const named = forwarderTo('shop.internal', 80);
    const observe = createHost(listens(named, HOST, '0.0.0.0', 8080));
    const front = () => inbound(named, '10.0.0.9', '10.0.0.1', 8080);
    const opened = Array.from({ length: 6 }, () => observe(front()).told.length);
    expect(opened).toEqual([0, 0, 0, 4, 1, 1]);
  });

  it('that is waited for is told though the forwarder ends meanwhile', () => {
    const named = forwarderTo('shop.internal', 80);
    const observe = createHost([]);
    expect(observe(inbound(named, '10.0.0.9', '10.0.0.1', 8080)).told).toEqual([]);
    expect(observe().told).toEqual([]);
    expect(observe().told).toEqual([]);
    expect(observe().told).toEqual(['inbound ? 10.0.0.9 ▶ docker 10.0.0.1:8080 +1']);
  });

  it('is told through one forwarder after the other', () => {
    const first = forwarderTo('127.0.0.1', 8081, 21);
    const second = forwarderTo('172.17.0.2', 80, 22);
    const { told } = createHost([
      ...listens(first, HOST, '0.0.0.0', 8080),
      ...listens(second, HOST, '127.0.0.1', 8081),
      ...listens(SHOP, CONTAINER, '0.0.0.0', 80),
    ])(
      inbound(first, '10.0.0.9', '10.0.0.1', 8080),
      outbound(first, '127.0.0.1', '127.0.0.1', 8081),
      inbound(second, '127.0.0.1', '127.0.0.1', 8081),
      outbound(second, GATEWAY, '172.17.0.2', 80),
      handedOn(),
    );
    expect(told).toEqual(['inbound ? 10.0.0.9 ▶ shop 10.0.0.1:8080 +1']);
  });

  it('is told once though the forwarder’s connection is translated past the published place', () => {
    const first = forwarderTo('10.0.0.1', 8080, 21);
    const { told } = createHost([...listens(first, HOST, '0.0.0.0', 9090), ...PUBLISHED])(
      inbound(first, '10.0.0.9', '10.0.0.1', 9090),
      outbound(first, '10.0.0.1', '172.17.0.2', 80),
      inbound(SHOP, '10.0.0.1', '172.17.0.2', 80, inShop),
    );
    expect(told).toEqual(['inbound ? 10.0.0.9 ▶ shop 10.0.0.1:9090 +1']);
  });

  it('is nowhere for forwarders that lead to each other', () => {
    const one = forwarderTo('127.0.0.1', 82, 21);
    const other = forwarderTo('127.0.0.1', 81, 22);
    const { told } = createHost([
      ...listens(one, HOST, '127.0.0.1', 81),
      ...listens(other, HOST, '127.0.0.1', 82),
    ])(outbound(CALLER, '127.0.0.1', '127.0.0.1', 81));
    expect(told).toEqual(['outbound curl 127.0.0.1 ▶ docker 127.0.0.1:81 +1']);
  });
});

describe('a service that listens on loopback', () => {
  const forwarder = forwarderTo('localhost', 80);
  const here = (at: string) => [
    ...listens(forwarder, HOST, at, 8080),
    ...listens(SHOP, HOST, '127.0.0.1', 80),
  ];

  it('is told to those elsewhere who reach it through the forwarder', () => {
    const { told } = createHost(here('0.0.0.0'))(
      inbound(forwarder, '10.0.0.9', '10.0.0.1', 8080),
      outbound(forwarder, '127.0.0.1', '127.0.0.1', 80),
      inbound(SHOP, '127.0.0.1', '127.0.0.1', 80),
    );
    expect(told).toEqual(['inbound ? 10.0.0.9 ▶ shop 10.0.0.1:8080 +1']);
  });

  it('is told by the halves of those who call it themselves', () => {
    const { told } = createHost(here('0.0.0.0'))(
      outbound(forwarder, '127.0.0.1', '127.0.0.1', 80, { opened: 4 }),
      outbound(CALLER, '127.0.0.1', '127.0.0.1', 80, { opened: 2 }),
      inbound(SHOP, '127.0.0.1', '127.0.0.1', 80, { opened: 6 }),
    );
    expect(told).toEqual(['outbound curl 127.0.0.1 ▶ shop 127.0.0.1:80 +2']);
  });

  it('in another namespace is another one', () => {
    const half = inbound(SHOP, '127.0.0.1', '127.0.0.1', 80, inShop);
    expect(createHost(here('0.0.0.0'))(half).told).toEqual(['inbound ? 127.0.0.1 ▶ shop 127.0.0.1:80 +1']);
  });
});

describe('a service on another host', () => {
  const forwarder = forwarderTo('10.0.0.5', 5432);
  const front = () => [
    outbound(CALLER, '127.0.0.1', '127.0.0.1', 8080, { opened: 2, rttSum: 1, rttCount: 1 }),
    inbound(forwarder, '127.0.0.1', '127.0.0.1', 8080, { opened: 2 }),
  ];
  const back = (fields = {}) => outbound(forwarder, '10.0.0.1', '10.0.0.5', 5432, { opened: 2, ...fields });

  it('is told by the callers of a forwarder on loopback, from the address by which it knows them', () => {
    const { told, halfEdges, folds } = createHost(listens(forwarder, HOST, '127.0.0.1', 8080))(
      ...front(),
      back(),
    );
    expect(told).toEqual(['outbound curl 10.0.0.1 ▶ ? 10.0.0.5:5432 +2']);
    expect(halfEdges[0]?.flow).toMatchObject({ rttSum: 0, rttCount: 0 });
    expect(folds).toEqual(['forwarder 2', 'forwarder 2']);
  });

  it.each([
    ['other hosts can call', listens(forwarder, HOST, '0.0.0.0', 8080)],
    ['listens through another process', listens(CALLER, HOST, '127.0.0.1', 8080)],
  ])('is that of a forwarder which %s', (_title, serviceListeners) => {
    const { told } = createHost(serviceListeners)(inbound(forwarder, '10.0.0.9', '10.0.0.1', 8080), back());
    expect(told).toEqual([
      'inbound ? 10.0.0.9 ▶ docker 10.0.0.1:8080 +1',
      'outbound docker 10.0.0.1 ▶ ? 10.0.0.5:5432 +2',
    ]);
  });

  it('is that of the forwarder where a name stands for several', () => {
    const named = forwarderTo('db.example', 5432);
    const { told } = createHost(listens(named, HOST, '127.0.0.1', 8080))(
      outbound(CALLER, '127.0.0.1', '127.0.0.1', 8080),
      outbound(named, '10.0.0.1', '10.0.0.5', 5432),
      outbound(named, '10.0.0.1', '10.0.0.6', 5432),
    );
    expect(told).toEqual([
      'outbound curl 127.0.0.1 ▶ docker 127.0.0.1:8080 +1',
      'outbound docker 10.0.0.1 ▶ ? 10.0.0.5:5432 +1',
      'outbound docker 10.0.0.1 ▶ ? 10.0.0.6:5432 +1',
    ]);
  });
});

it('without forwarders everything stays the very same', () => {
  const host = createHost(listens(SHOP, HOST, '0.0.0.0', 80));
  const half = outbound(CALLER, '10.0.0.1', '10.0.0.5', 80);
  expect(host(half).halfEdges[0]).toBe(half);
});
