import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nearNames } from './near-names.ts';

const NAMES = ['api', 'api-gateway', 'postgres', 'redis', 'web', 'db', 'payment-worker'];

it.each([
  ['apii', ['api']],
  ['API', ['api', 'api-gateway']],
  ['aip', ['api']],
  ['postgre', ['postgres']],
  ['posgtres', ['postgres']],
  ['gateway', ['api-gateway']],
  ['web-frontend', ['web']],
  ['payments', []],
  ['payment', ['payment-worker']],
  ['zzz', []],
  ['', []],
])('%s may be %j', (text, near) => {
  expect(nearNames(text, NAMES)).toEqual(near);
});

it('gives a few, the nearest first', () => {
  const names = Array.from({ length: 20 }, (_, index) => `web-${index}`);
  expect(nearNames('web', names)).toEqual(['web-0', 'web-1', 'web-2', 'web-3', 'web-4']);
});

it('finds a name in which one letter is wrong', () => {
  const name = fc.stringMatching(/^[a-z]{4,12}$/);
  fc.assert(
    fc.property(name, fc.nat(), (right, at) => {
      const place = at % right.length;
      for (const wrong of [
        right.slice(0, place) + right.slice(place + 1),
        `${right.slice(0, place)}#${right.slice(place + 1)}`,
      ])
        expect(nearNames(wrong, [right])).toEqual([right]);
    }),
  );
});
