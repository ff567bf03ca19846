import { beforeEach, expect, it } from 'vitest';
import { type Authorize, createAuthorize } from './basic-auth.ts';

const header = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

let checked: string[];
let gate: Promise<void> | undefined;
let authorize: Authorize;

beforeEach(async () => {
  checked = [];
  gate = undefined;
  const verify = async (password: string, hash: string) => {
    checked.push(password);
    await gate;
    return hash === `hash of ${password}` || password === 'of no user';
  };
  authorize = await createAuthorize(new Map([['ann', 'hash of a:b']]), async () => verify);
});

it('accepts the right password, which may contain a colon', async () => {
  expect(await authorize(header('ann:a:b'))).toBe(true);
});

it.each([
  undefined,
  '',
  'Bearer x',
  'Basic',
  'Basic *',
  header('ann'),
  header('ann:x'),
  header('bob:a:b'),
  header(':'),
])('refuses %s', async (text) => {
  expect(await authorize(text)).toBe(false);
});

it('checks a password for an unknown user, too, but accepts none', async () => {
  expect(await authorize(header('bob:of no user'))).toBe(false);
  expect(checked).toEqual(['of no user']);
});

it('hashes a right password once, and wrong ones each time', async () => {
  for (let i = 0; i < 3; i++) await authorize(header('ann:a:b'));
  expect(checked).toEqual(['a:b']);
  for (let i = 0; i < 3; i++) await authorize(header('ann:x'));
  expect(checked).toHaveLength(4);
});

it('checks a few passwords at a time, and serves those who are known meanwhile', async () => {
  await authorize(header('ann:a:b'));
  const blocked = Promise.withResolvers<void>();
  gate = blocked.promise;
  const guesses = Array.from({ length: 6 }, (_, at) => authorize(header(`ann:${at}`)));
  expect(await authorize(header('ann:a:b'))).toBe(true);
  blocked.resolve();
  expect(await Promise.all(guesses)).toEqual([false, false, false, false, 'busy', 'busy']);
});
