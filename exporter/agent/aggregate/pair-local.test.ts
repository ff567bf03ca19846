import { describe, expect, it } from 'vitest';
import type { Listener } from '../capture/capture.ts';
import { type HalfEdge, toHalfEdge, toServiceListeners } from '../half-edge.ts';
import type { Flow } from './fold.ts';
import { listenersByPlace } from './listeners-by-place.ts';
import { pairLocal } from './pair-local.ts';

const CLIENT = { service: 'client', process: 'client', pid: 20, kind: 'process' } as const;

function half(fields: Partial<Flow> = {}): HalfEdge {
  const flow: Flow = {
    netns: 7,
    transport: 'tcp',
    direction: 'outbound',
    localAddress: '127.0.0.1',
    remoteAddress: '127.0.0.1',
    port: 80,
    pid: 20,
    remotePid: undefined,
    folded: false,
    open: 1,
    opened: 1,
    rttSum: 0,
    rttCount: 0,
    ...fields,
  };
  const far = fields.remotePid === undefined ? undefined : { ...CLIENT, pid: fields.remotePid };
  return toHalfEdge(flow, { local: CLIENT, remote: far }, 'here');
}

function listening(fields: Partial<Listener> = {}, service = 'server') {
  const listener: Listener = {
    netns: 7,
    transport: 'tcp',
    address: '127.0.0.1',
    port: 80,
    pid: 30,
    ipv6Only: false,
    ...fields,
  };
  return toServiceListeners(listener, [], { service, process: service, pid: 30, kind: 'process' }, 'here');
}

describe('the destination of a loopback connection is named', () => {
  it.each([
    ['a listener on its address', '127.0.0.1', '127.0.0.1'],
    ['a listener on every IPv4 address', '0.0.0.0', '127.0.0.1'],
    ['a dual-stack listener, over IPv4', '::', '127.0.0.1'],
    ['a listener on every address, over IPv6', '::', '::1'],
  ])('after %s', (_title, address, remoteAddress) => {
    const edge = half({ remoteAddress });
    pairLocal([edge], listenersByPlace(listening({ address })));
    expect(edge.dst).toEqual({
      address: remoteAddress,
      host: 'here',
      service: 'server',
      process: 'server',
      pid: 30,
      kind: 'process',
    });
    expect(edge.src.service).toBe('client');
  });

  it('after the listener on its very address, where another listens on all', () => {
    const edge = half();
    pairLocal([edge], listenersByPlace([...listening({ address: '::' }, 'all'), ...listening({}, 'exact')]));
    expect(edge.dst.service).toBe('exact');
  });
});

describe('the destination stays an address', () => {
  it.each([
    ['in another network namespace', {}, { netns: 8 }],
    ['of another transport', {}, { transport: 'udp' as const }],
    ['on another port', {}, { port: 81 }],
    ['of IPv4 for a connection over IPv6', { remoteAddress: '::1' }, { address: '0.0.0.0' }],
    ['on a host that is not this one', { remoteAddress: '10.0.0.9' }, { address: '0.0.0.0' }],
  ])('with a listener %s', (_title, flow, listener) => {
    const edge = half(flow);
    const before = edge.dst;
    pairLocal([edge], listenersByPlace(listening(listener)));
    expect(edge.dst).toEqual(before);
  });

  it('of which the capture knows the process', () => {
    const edge = half({ remotePid: 31 });
    pairLocal([edge], listenersByPlace(listening()));
    expect(edge.dst).toMatchObject({ service: 'client', pid: 31 });
  });

  it('on the half of the destination, which knows itself', () => {
    const edge = half({ direction: 'inbound' });
    const { src, dst } = edge;
    pairLocal([edge], listenersByPlace(listening()));
    expect(edge).toMatchObject({ src, dst });
  });
});
