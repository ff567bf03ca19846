// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the user’s templates.
import { describe, expect, it } from 'vitest';
import { processFiles } from '../../../test/fixtures/process-files.ts';
import { applyRules } from './apply-rules.ts';
import type { ProcessFacts } from './facts.ts';
import { parseRules } from './rules.ts';

const facts: ProcessFacts = {
  pid: 20,
  files: processFiles('gunicorn', 'gunicorn: master --name shop --workers 4', '/usr/bin/gunicorn3'),
  cgroup: '',
  machine: undefined,
  unit: 'shop@eu-west',
  user: 'www-data',
  otelName: undefined,
  ports: [8000, 8001],
  workload: { kind: 'container', service: 'front', container: 'shop-front-1' },
};

const nothing: ProcessFacts = {
  ...{ pid: 21, files: processFiles('x'), cgroup: '', ports: [] },
  ...{ machine: undefined, unit: undefined, user: undefined, otelName: undefined, workload: undefined },
};

const named = (match: object, service = 'yes', of = facts) =>
  applyRules(parseRules([{ match, service }]), of)?.service;

describe('a rule matches', () => {
  it.each([
    [{ executable: '/usr/bin/gunicorn3' }],
    [{ executable: 'gunicorn\\d' }],
    [{ command: '.* --name shop .*' }],
    [{ unit: 'shop@.*' }],
    [{ container: 'shop-.*' }],
    [{ user: 'www-data' }],
    [{ port: 8001 }],
    [{ port: 8000, user: '.*', unit: '.*' }],
    [{ unit: 'cart|shop@eu-west' }],
  ])('%j', (match) => expect(named(match)).toBe('yes'));
});

describe('a rule does not match', () => {
  it.each([
    ['a part of the text', { unit: 'shop' }],
    ['a part of one alternative', { unit: 'shop|cart' }],
    ['a different case', { user: 'WWW-data' }],
    ['a different port', { port: 80 }],
    ['one condition of two', { port: 8000, user: 'root' }],
    ['a folder', { executable: '/usr/bin' }],
  ])('by %s', (_title, match) => expect(named(match)).toBeUndefined());

  it.each([[{ unit: '.*' }], [{ user: '.*' }], [{ container: '.*' }], [{ port: 80 }]])(
    'an unknown fact: %j',
    (match) => expect(named(match, 'yes', nothing)).toBeUndefined(),
  );
});

describe('a port forwarder', () => {
  const relayOf = (relay: string) =>
    applyRules(
      parseRules([{ match: { command: '.*--name (\\S+) .*', port: 8001 }, service: 'x', relay }]),
      facts,
    )?.forwardsTo;

  it('has the target of the rule', () => {
    expect(relayOf('10.0.0.5:80/udp')).toEqual({ transport: 'udp', host: '10.0.0.5', port: 80 });
    expect(relayOf('$1.example:${port}')).toEqual({ transport: 'tcp', host: 'shop.example', port: 8001 });
  });

  it('has no target if it is invalid', () => expect(relayOf('${unit}:80 and more')).toBeUndefined());
});

it('matches the process name if the executable cannot be read', () => {
  expect(named({ executable: 'x' }, 'yes', nothing)).toBe('yes');
});

it('matches the name of the executable, deleted or not', () => {
  const deleted = { ...facts, files: processFiles('app', '', '/srv/app (deleted)') };
  for (const executable of ['/srv/app', 'app'])
    expect(named({ executable }, '${executable}', deleted)).toBe('app');
});

it('matches across the lines of a command', () => {
  const files = { ...facts.files, args: ['sh', '-c', 'a\nb'].map((arg) => Buffer.from(arg)) };
  expect(named({ command: 'sh -c a.b' }, 'yes', { ...facts, files })).toBe('yes');
});

it('matches only the start of a command', () => {
  const files = { ...facts.files, args: [Buffer.from(`x${'y'.repeat(5000)}`)] };
  expect(named({ command: '(x)(y*)' }, '${1}', { ...facts, files })).toBe('x');
  expect(named({ command: '(.*)' }, '$1', { ...facts, files })).toHaveLength(2048);
});

describe('a template makes the name', () => {
  it.each([
    [{ unit: '(.+)@(.+)' }, '$2/$1', 'eu-west/shop'],
    [{ unit: '(?<app>.+)@(?<at>.+)' }, '${app}.${at}', 'shop.eu-west'],
    [{ unit: '(?<app>.+)@.*', user: '(?<who>\\w+)-.*' }, '${app}-${who}', 'shop-www'],
    [{ port: 8001 }, '${executable}:${port}', 'gunicorn3:8001'],
    [{ user: '.*' }, '${process} ${unit} ${container} ${user} ${port}', expect.stringContaining('8000')],
    [{ unit: 'shop(?<x>!)?.*' }, 'a${x}b', 'ab'],
    [{ unit: '(.+)@.*' }, ' $1 ', 'shop'],
  ])('of %j as %s', (match, service, name) => expect(named(match, service)).toEqual(name));
});

describe('a rule that yields no name is skipped', () => {
  const fallback = { match: { executable: '.*' }, service: 'next' };
  it.each([
    ['because its template uses an unknown fact', { match: { port: 8000 }, service: '${container}' }],
    ['because its group is empty', { match: { user: '.*(x?)' }, service: '$1' }],
  ])('%s', (_title, first) => {
    const alone = { ...facts, workload: undefined };
    expect(applyRules(parseRules([first, fallback]), alone)).toEqual({ service: 'next', rule: 2 });
  });
});

it('applies the first rule of several that match', () => {
  const rules = parseRules([
    { match: { user: 'root' }, service: 'no' },
    { match: { user: 'www-data' }, service: 'first', site: '${unit}' },
    { match: { user: 'www-data' }, service: 'second' },
  ]);
  expect(applyRules(rules, facts)).toEqual({ service: 'first', site: 'shop@eu-west', rule: 2 });
  expect(applyRules([], facts)).toBeUndefined();
});

it('assigns no site if its template uses an unknown fact', () => {
  const rules = parseRules([{ match: { executable: '.*' }, service: 'a', site: '${unit}' }]);
  expect(applyRules(rules, nothing)).toEqual({ service: 'a', rule: 1 });
});

it('keeps hostile text unchanged', () => {
  const hostile = '<b>"$1" ${user}\n\u202e</b>';
  expect(named({ unit: '(.*)' }, 'x$1', { ...facts, unit: hostile })).toBe(`x${hostile}`);
});
