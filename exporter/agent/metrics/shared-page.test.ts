import { gunzipSync } from 'node:zlib';
import { beforeEach, expect, it } from 'vitest';
import { createSharedPage, type EncodedPage } from './shared-page.ts';

let rendered: number;
let version: number;
let now: number;
let page: () => Promise<EncodedPage>;
let fail: boolean;

beforeEach(() => {
  rendered = 0;
  version = 0;
  now = 0;
  fail = false;
  page = createSharedPage(
    () => {
      if (fail) throw new Error('no edges');
      return [`page ${++rendered}\n`];
    },
    () => version,
    () => now,
  );
});

const text = async () => gunzipSync(Buffer.concat(await page())).toString();

it('is made once for all that request it at the same time', async () => {
  expect(await Promise.all([text(), text(), text()])).toEqual(Array(3).fill('page 1\n'));
  expect(rendered).toBe(1);
});

it('is made again when there is something new', async () => {
  await text();
  expect(await text()).toBe('page 1\n');
  version++;
  expect(await text()).toBe('page 2\n');
});

it('is made again after a second', async () => {
  await text();
  now += 999;
  expect(await text()).toBe('page 1\n');
  now += 1;
  expect(await text()).toBe('page 2\n');
});

it('is made again after a failure', async () => {
  fail = true;
  await expect((async () => text())()).rejects.toThrow('no edges');
  fail = false;
  expect(await text()).toBe('page 1\n');
});
