import { describe, expect, it } from 'vitest';
import { halfEdge, SHOP } from '../../test/fixtures/half-edges.ts';
import type { Transport } from './capture/capture.ts';
import { toListening } from './half-edge.ts';

describe('a half-edge', () => {
  const own = { host: 'host-a', ...SHOP, kind: 'process' };

  it('has its own end as the source of what it asked for', () => {
    const { src, dst } = halfEdge();
    expect(src).toEqual({ address: '10.0.0.1', ...own });
    expect(dst).toEqual({ address: '10.0.0.9', kind: 'unknown' });
  });

  it('has its own end as the destination of what it was asked for', () => {
    const { src, dst } = halfEdge({ direction: 'inbound' });
    expect(src).toEqual({ address: '10.0.0.9', kind: 'unknown' });
    expect(dst).toEqual({ address: '10.0.0.1', ...own });
  });

  it('knows its own host even without its process', () => {
    const { src } = halfEdge({ pid: undefined }, null);
    expect(src).toEqual({ address: '10.0.0.1', host: 'host-a', kind: 'unknown' });
  });
});

it.each([
  ['one address', '10.0.0.5', false, ['10.0.0.5']],
  ['every IPv4 address', '0.0.0.0', false, ['0.0.0.0', '10.0.0.1']],
  ['every address', '::', false, ['::', '10.0.0.1', 'fd00::1']],
  ['every IPv6 address', '::', true, ['::', 'fd00::1']],
])('a listener on %s is told at each where it can be reached', (_title, address, ipv6Only, told) => {
  const listener = { netns: 7, transport: 'tcp' as Transport, address, port: 80, pid: 20, ipv6Only };
  const listenings = toListening(listener, ['10.0.0.1', 'fd00::1'], SHOP, 'h');
  expect(listenings.map(({ dst }) => dst.address)).toEqual(told);
  for (const { dst, port, netns } of listenings)
    expect({ dst, port, netns }).toMatchObject({ port: 80, netns: 7, dst: { service: 'shop', host: 'h' } });
});
