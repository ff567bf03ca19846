import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createUserNames, parsePasswd, parseUid } from './users.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'musubi-users-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

it.each([
  ['Name:\tx\nUid:\t1000\t33\t0\t0\nGid:\t5\t6\t7\t8\n', 33],
  ['Name:\tUid:\t1\t2\nUid:\t1000\t33\t0\t0\n', 33],
  ['Uid:\tx\n', undefined],
  ['', undefined],
])('the user in %j is %s', (status, uid) => expect(parseUid(status)).toBe(uid));

it('reads names by uid', () => {
  const text = 'root:x:0:0::/root:/bin/sh\n\n#x\nwww-data:x:33:33::/:/\nhttp:x:33:33::/:/\nodd:x::1\n';
  expect([...parsePasswd(text)]).toEqual([
    [0, 'root'],
    [33, 'www-data'],
  ]);
});

it('names a user by the first file that can be read', () => {
  const file = join(folder, 'passwd');
  writeFileSync(file, 'www-data:x:33:33\n');
  const nameOf = createUserNames([join(folder, 'none'), file]);
  expect([nameOf(33), nameOf(70)]).toEqual(['www-data', '70']);
});

it('reads the file again when it has changed', () => {
  const file = join(folder, 'passwd');
  writeFileSync(file, '');
  utimesSync(file, 1, 1);
  const nameOf = createUserNames([file]);
  expect(nameOf(70)).toBe('70');
  writeFileSync(file, 'postgres:x:70:70\n');
  expect(nameOf(70)).toBe('postgres');
});

it('returns the uid when no file can be read', () => {
  expect(createUserNames([join(folder, 'none')])(0)).toBe('0');
});
