import { expect, it } from 'vitest';
import { halfEdge, SHOP } from '../../../test/fixtures/half-edges.ts';
import { createPlace } from './place.ts';

const listening = {
  ...{ netns: 7, transport: 'tcp' as const, port: 80 },
  dst: { address: '10.0.0.1', host: 'h', kind: 'unknown' as const },
};

it('puts what is on this host at its site, and nothing else', () => {
  const place = createPlace('fra-1');
  const { src, dst } = place.halfEdge(halfEdge());
  expect([src.site, dst.site]).toEqual(['fra-1', undefined]);
  const local = place.halfEdge(halfEdge({}, SHOP, SHOP));
  expect([local.src.site, local.dst.site]).toEqual(['fra-1', 'fra-1']);
  expect(place.listening(listening).dst.site).toBe('fra-1');
});

it('goes after a rule', () => {
  const half = halfEdge();
  const { src } = createPlace('fra-1').halfEdge({ ...half, src: { ...half.src, site: 'rack-3' } });
  expect(src.site).toBe('rack-3');
});

it('does nothing where no site is told', () => {
  const half = halfEdge();
  expect(createPlace(undefined).halfEdge(half)).toBe(half);
  expect(createPlace(undefined).listening(listening)).toBe(listening);
});
