import { expect, it } from 'vitest';
import { loadCrypt } from './crypt.ts';

/** By htpasswd and others: `secret`. */
const HASHES = [
  '$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW',
  '$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW',
];

it.each(HASHES)('accepts the password of %s and no other', async (hash) => {
  const verify = await loadCrypt();
  expect(await verify('secret', hash)).toBe(true);
  expect(await verify('secreT', hash)).toBe(false);
  expect(await verify('', hash)).toBe(false);
});

it.each(['', 'secret', '$2b$04$', '*0', 'x'.repeat(100)])(
  'accepts no password for the invalid hash %j',
  async (hash) => {
    const verify = await loadCrypt();
    expect(await verify('secret', hash)).toBe(false);
  },
);
