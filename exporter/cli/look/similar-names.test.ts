import fc from 'fast-check';
import { expect, it } from 'vitest';
import { similarNames } from './similar-names.ts';

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
])('%s is similar to %j', (text, near) => {
  expect(similarNames(text, NAMES)).toEqual(near);
});

it('returns a few, the most similar first', () => {
  const names = Array.from({ length: 20 }, (_, index) => `web-${index}`);
  expect(similarNames('web', names)).toEqual(['web-0', 'web-1', 'web-2', 'web-3', 'web-4']);
});

it('finds a name with one wrong letter', () => {
  const name = fc.stringMatching(/^[a-z]{4,12}$/);
  fc.assert(
    fc.property(name, fc.nat(), (right, at) => {
      const place = at % right.length;
      for (const wrong of [
        right.slice(0, place) + right.slice(place + 1),
        `${right.slice(0, place)}#${right.slice(place + 1)}`,
      ])
        expect(similarNames(wrong, [right])).toEqual([right]);
    }),
  );
});
