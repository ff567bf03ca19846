/** How many connections each edge is told to have opened: exactly, whatever happens to exporters and scrapes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'vitest';
import { inbound, listens, outbound } from '../../fixtures/rule-series.ts';
import { at, expectedSeries, expectOf, failed, opened, processOn } from './edge-rules.ts';
import { haltingRules, stalled } from './halting-rules.ts';

const WEB = processOn('a', '10.0.0.1', 'web', '10');
const DB = processOn('b', '10.0.0.2', 'db', '20');

/** A spell of an edge in promtool's notation: `count` from minute `from` on for `minutes`, and then forgotten. */
const spell = (from: number, minutes: number, count: string) => ({
  opened: `${gap(from)} ${count}x${2 * minutes - 1} stale`,
  start: `${gap(from)} ${60 * from}x${2 * minutes - 1} stale`,
  lastSeen: `${gap(from)} ${60 * from}x${2 * minutes - 1} stale`,
});
const gap = (minutes: number) => (minutes === 0 ? '' : `_x${2 * minutes}`);

describe('connections opened', () => {
  test('once, for a ms, are one in each range that holds it', async () => {
    await expectOf(
      [outbound(WEB, at(DB), '5432', spell(5, 5, '1')), listens(DB, '5432')],
      [
        opened('20m', { 'web > db 5432 source': 1 }),
        opened('65m', { 'web > db 5432 source': 1 }),
        opened('80m', {}),
      ],
    );
  });

  test('are counted by each end, under one name', async () => {
    await expectOf(
      [
        outbound(WEB, at(DB), '5432', { opened: '5+1x120' }),
        inbound(at(WEB), DB, '5432', { opened: '0x3 4+1x120' }),
        listens(DB, '5432'),
      ],
      [
        opened('11m', { 'web > db 5432 source': 25, 'web > db 5432 destination': 20 }),
        expectedSeries(
          '11m',
          'sum',
          'max without (observer) (sum_over_time(musubi:service_edge:connections_opened:increase[1h]))',
          ['src_service'],
          ['dst_service'],
          { 'web > db': 25 },
        ),
      ],
    );
  });

  test('in a new spell count from zero: 1 after 1, 1 after 57', async () => {
    const gone = { opened: '_x20', start: '_x20', lastSeen: '_x20' };
    const anew = (first: string) => ({
      opened: `${first}x19 stale ${gone.opened} 1x19 stale`,
      start: `0x19 stale ${gone.start} 1230x19 stale`,
      lastSeen: `0x19 stale ${gone.lastSeen} 1230x19 stale`,
    });
    await expectOf(
      [
        outbound(WEB, at(DB), '5432', anew('1')),
        outbound({ ...WEB, service: 'job' }, at(DB), '5432', anew('57')),
        listens(DB, '5432'),
      ],
      [
        opened('15m', { 'web > db 5432 source': 1, 'job > db 5432 source': 57 }),
        opened('30m', { 'web > db 5432 source': 2, 'job > db 5432 source': 58 }),
      ],
    );
  });

  test('before and after a restart of the exporter are added up', async () => {
    const restarted = { opened: '10+1x19 0+1x40', start: '0x19 610x40', lastSeen: '0+30x60' };
    await expectOf(
      [outbound(WEB, at(DB), '5432', restarted), listens(DB, '5432')],
      // 29 before it; 29 by the sample of 24 m 30 s.
      [opened('25m30s', { 'web > db 5432 source': 29 + 29 })],
    );
  });

  test('by an exporter that comes back under another instance are not counted again', async () => {
    const first = { opened: '50+1x19', start: '0x19', target: { job: 'musubi', instance: 'one' } };
    const then = { opened: '_x20 2+1x60', start: '_x20 600x60', target: { job: 'musubi', instance: 'two' } };
    await expectOf(
      [
        outbound(WEB, at(DB), '5432', first),
        outbound(WEB, at(DB), '5432', { ...then, lastSeen: '_x20 600+30x60' }),
        listens(DB, '5432'),
      ],
      [opened('21m', { 'web > db 5432 source': 69 + 22 })],
    );
  });

  test('while scrapes are missed are counted when it is scraped again', async () => {
    const missed = { opened: '1 2 3 _x40 44+1x20', start: '0x2 _x40 0x20', lastSeen: '0x2 _x40 1290x20' };
    await expectOf(
      [outbound(WEB, at(DB), '5432', missed), listens(DB, '5432')],
      [opened('15m', { 'web > db 5432 source': 3 }), opened('26m', { 'web > db 5432 source': 51 })],
    );
  });

  describe('where no rules are evaluated for a while', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'musubi-counts-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    test('are told when they are again', async () => {
      const again = { opened: '2x4 stale _x15 3x60', start: '0x4 stale _x15 600x60' };
      await expectOf(
        [
          outbound(WEB, at(DB), '5432', { opened: '1+1x120', start: '0x120' }),
          outbound({ ...WEB, service: 'job' }, at(DB), '5432', again),
          listens(DB, '5432'),
          [stalled('0x9 1x59 0x60')],
        ],
        [
          opened('30m', { 'web > db 5432 source': 8, 'job > db 5432 source': 2 }),
          opened('40m', { 'web > db 5432 source': 79, 'job > db 5432 source': 5 }),
        ],
        await haltingRules(folder),
      );
    });

    test('by what has ended meanwhile are told no second time', async () => {
      const ended = { opened: '1+1x13 stale', start: '0x13 stale', lastSeen: '0x13 stale' };
      await expectOf(
        [
          outbound(WEB, at(DB), '5432', ended),
          outbound({ ...WEB, pid: '11' }, at(DB), '5432', { opened: '0x120', start: '0x120' }),
          listens(DB, '5432'),
          [stalled('0x12 1x79 0x60')],
        ],
        [opened('12m', { 'web > db 5432 source': 11 }), opened('55m', { 'web > db 5432 source': 11 })],
        await haltingRules(folder),
      );
    });
  });

  test('of which something is heard later than of their spell are all told', async () => {
    const later = { opened: '_x10 4x100', start: '0x110' };
    await expectOf(
      [outbound(WEB, at(DB), '5432', later), listens(DB, '5432')],
      [opened('15m', { 'web > db 5432 source': 4 })],
    );
  });

  test('before there were rules are not counted', async () => {
    const old = { opened: '500x10 501x100', start: '-7200x110' };
    await expectOf(
      [outbound(WEB, at(DB), '5432', old), listens(DB, '5432')],
      [opened('10m', { 'web > db 5432 source': 1 })],
    );
  });

  test('go with the name of the time: none is lost where an edge is renamed', async () => {
    const counted = { opened: '1+1x120' };
    await expectOf(
      [outbound(WEB, at(DB), '5432', counted), listens(DB, '5432', '_x21 1x100')],
      [opened('30m', { 'web > 10.0.0.2 5432 source': 19, 'web > db 5432 source': 40 })],
    );
  });

  test('are whole in each hour, and in the hours together', async () => {
    const hourly = 'musubi:service_edge:connections_opened:increase1h';
    const row = (time: string, expr: string, count: number) =>
      expectedSeries(time, 'sum', expr, ['src_service'], ['dst_service', 'observer'], {
        'web > db source': count,
      });
    await expectOf(
      [
        outbound(WEB, at(DB), '5432', { opened: '1+1x400', start: '0x400', lastSeen: '0+30x400' }),
        listens(DB, '5432', '1x400'),
      ],
      [
        // All runs a minute behind, and hours end another minute before they are recorded. promtool evaluates the hourly rules as often as the others.
        row('1h', hourly, 117),
        row('2h', hourly, 120),
        row('2h', `${hourly} + ${hourly} offset 1h`, 237),
        row('2h', 'sum_over_time(musubi:service_edge:connections_opened:increase[2h] offset 1m)', 237),
      ],
    );
  });
});

describe('failures', () => {
  test('are counted by reason, a reason that is new in an old spell from zero', async () => {
    const failing = { opened: '0x100', failed: { refused: '3+1x100', timeout: '_x10 1x100' } };
    await expectOf(
      [outbound(WEB, at(DB), '5432', failing), listens(DB, '5432')],
      [failed('11m', { 'web > db 5432 refused': 23, 'web > db 5432 timeout': 1 }), opened('11m', {})],
    );
  });

  test('of which something is heard only later are told with their edge', async () => {
    const failing = { opened: '_x4 0x9 stale', start: '_x4 120x9 stale', lastSeen: '_x4 120x9 stale' };
    await expectOf(
      [
        outbound(WEB, at(DB), '5432', { ...failing, failed: { timeout: '_x4 2x9 stale' } }),
        listens(DB, '5432'),
      ],
      [failed('10m', { 'web > db 5432 timeout': 2 })],
    );
  });
});
