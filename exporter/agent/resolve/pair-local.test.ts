import { describe, expect, it } from 'vitest';
import type { Flow } from '../aggregate/fold.ts';
import type { Listener } from '../capture/capture.ts';
import {
  type HalfEdge,
  indexServices,
  type ServiceListener,
  toHalfEdge,
  toServiceListeners,
} from '../half-edge.ts';
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
    wasOpen: 0,
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

/** Pairs one half-edge with the listeners. */
function paired(edge: HalfEdge, listeners: readonly ServiceListener[]): HalfEdge {
  const [result] = pairLocal([edge], indexServices(listeners));
  return result ?? edge;
}

describe('the server of a loopback connection is named by', () => {
  it.each([
    ['the listener on its address', '127.0.0.1', '127.0.0.1'],
    ['the listener on every IPv4 address', '0.0.0.0', '127.0.0.1'],
    ['the dual-stack listener, over IPv4', '::', '127.0.0.1'],
    ['the listener on every address, over IPv6', '::', '::1'],
  ])('%s', (_title, address, remoteAddress) => {
    const { src, dst } = paired(half({ remoteAddress }), listening({ address }));
    expect(dst).toEqual({
      address: remoteAddress,
      host: 'here',
      service: 'server',
      process: 'server',
      pid: 30,
      kind: 'process',
    });
    expect(src.service).toBe('client');
  });

  it('the listener on its very address, although another listens on every address', () => {
    const listeners = [...listening({ address: '::' }, 'all'), ...listening({}, 'exact')];
    expect(paired(half(), listeners).dst.service).toBe('exact');
  });
});

describe('the server stays an address', () => {
  it.each([
    ['in another network namespace', {}, { netns: 8 }],
    ['of another transport', {}, { transport: 'udp' as const }],
    ['on another port', {}, { port: 81 }],
    ['on :: that accepts no IPv4 (IPV6_V6ONLY)', {}, { address: '::', ipv6Only: true }],
    ['of IPv4 for a connection over IPv6', { remoteAddress: '::1' }, { address: '0.0.0.0' }],
    ['on a host that is not this one', { remoteAddress: '10.0.0.9' }, { address: '0.0.0.0' }],
  ])('with a listener %s', (_title, flow, listener) => {
    const edge = half(flow);
    expect(paired(edge, listening(listener))).toEqual(edge);
  });

  it('if the capture knows its process', () => {
    expect(paired(half({ remotePid: 31 }), listening()).dst).toMatchObject({ service: 'client', pid: 31 });
  });

  it("on the server's own half-edge", () => {
    const edge = half({ direction: 'inbound' });
    expect(paired(edge, listening())).toEqual(edge);
  });
});

it('changes none of the half-edges that it is given', () => {
  const edge = half();
  const before = structuredClone(edge);
  paired(edge, listening());
  expect(edge).toEqual(before);
});

describe('where several listen on one port (SO_REUSEPORT)', () => {
  const on = (pid: number, service: string, fields: Partial<ServiceListener> = {}) =>
    listening({}, service).map((listener) => ({
      ...listener,
      ...fields,
      dst: { ...listener.dst, pid },
    }));

  it('the server has the name of their service, and no process of its own', () => {
    const { dst } = paired(half(), [...on(30, 'server'), ...on(31, 'server')]);
    expect(dst).toMatchObject({ service: 'server', host: 'here' });
    expect(dst).not.toHaveProperty('pid');
    expect(paired(half(), [...on(30, 'server'), ...on(30, 'server')]).dst.pid).toBe(30);
  });

  it('the server is unnamed if they are of different services', () => {
    const { dst } = paired(half(), [...on(30, 'blue'), ...on(31, 'green'), ...on(32, 'green')]);
    expect(dst).toEqual({ address: '127.0.0.1', host: 'here', kind: 'unknown' });
  });

  it('the server is the one to which the address is translated', () => {
    const published = on(31, 'container', { isPublished: true });
    expect(paired(half(), [...on(30, 'proxy'), ...published]).dst.service).toBe('container');
  });
});
