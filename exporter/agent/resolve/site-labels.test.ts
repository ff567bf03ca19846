import { expect, it } from 'vitest';
import { halfEdge, SHOP } from '../../../test/fixtures/half-edges.ts';
import { createSiteLabels } from './site-labels.ts';

const serviceListener = {
  ...{ netns: 7, transport: 'tcp' as const, port: 80, ipv6Only: false },
  dst: { address: '10.0.0.1', host: 'h', kind: 'unknown' as const },
};

it('adds the site to endpoints on this host, and to no others', () => {
  const labels = createSiteLabels('fra-1');
  const { src, dst } = labels.halfEdge(halfEdge());
  expect([src.site, dst.site]).toEqual(['fra-1', undefined]);
  const local = labels.halfEdge(halfEdge({}, SHOP, SHOP));
  expect([local.src.site, local.dst.site]).toEqual(['fra-1', 'fra-1']);
  expect(labels.serviceListener(serviceListener).dst.site).toBe('fra-1');
});

it('keeps the site that a rule has set', () => {
  const half = halfEdge();
  const { src } = createSiteLabels('fra-1').halfEdge({ ...half, src: { ...half.src, site: 'rack-3' } });
  expect(src.site).toBe('rack-3');
});

it('changes nothing without a site', () => {
  const half = halfEdge();
  expect(createSiteLabels(undefined).halfEdge(half)).toBe(half);
  expect(createSiteLabels(undefined).serviceListener(serviceListener)).toBe(serviceListener);
});
