/** The connections counted for each edge are exact, whatever happens to exporters and scrapes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hourlySeries, RECORDED } from '@musubi/contract/recorded-series';
import { afterEach, beforeEach, describe, test } from 'vitest';
import { inbound, listens, outbound, type Process, type ReportedValues } from '../../fixtures/rule-series.ts';
import { at, expectedSeries, expectOf, failed, opened, processOn } from './edge-rules.ts';
import { haltingRules, stalled } from './halting-rules.ts';

const WEB = processOn('a', '10.0.0.1', 'web', '10');
const DB = processOn('b', '10.0.0.2', 'db', '20');

/** A lifetime of an edge in promtool's notation: `count` from minute `from` on for `minutes`, and then stale. */
const lifetime = (from: number, minutes: number, count: string) => ({
  opened: `${gap(from)} ${count}x${2 * minutes - 1} stale`,
  start: `${gap(from)} ${60 * from}x${2 * minutes - 1} stale`,
  lastSeen: `${gap(from)} ${60 * from}x${2 * minutes - 1} stale`,
});
/** Both half-edges of an edge to the database, with the same values. */
const bothReport = (source: Process, values: ReportedValues) => [
  outbound(source, at(DB), '5432', values),
  inbound(at(source), DB, '5432', values),
];
const gap = (minutes: number) => (minutes === 0 ? '' : `_x${2 * minutes}`);

describe('the count of opened connections', () => {
  test('is one in each range that contains a single connection of 1 ms', async () => {
    await expectOf(
      [outbound(WEB, at(DB), '5432', lifetime(5, 5, '1')), listens(DB, '5432')],
      [opened('20m', { 'web > db 5432': 1 }), opened('65m', { 'web > db 5432': 1 }), opened('80m', {})],
    );
  });

  test('includes each connection once, although both endpoints count it', async () => {
    await expectOf(
      [
        outbound(WEB, at(DB), '5432', { opened: '5+1x120' }),
        inbound(at(WEB), DB, '5432', { opened: '0x3 4+1x120' }),
        listens(DB, '5432'),
      ],
      [opened('11m', { 'web > db 5432': 25 })],
    );
  });

  test('starts from zero in a new lifetime: 1 after 1, 1 after 57', async () => {
    const absent = { opened: '_x20', start: '_x20', lastSeen: '_x20' };
    const restarted = (first: string) => ({
      opened: `${first}x19 stale ${absent.opened} 1x19 stale`,
      start: `0x19 stale ${absent.start} 1230x19 stale`,
      lastSeen: `0x19 stale ${absent.lastSeen} 1230x19 stale`,
    });
    await expectOf(
      [
        outbound(WEB, at(DB), '5432', restarted('1')),
        outbound({ ...WEB, service: 'job' }, at(DB), '5432', restarted('57')),
        listens(DB, '5432'),
      ],
      [
        opened('15m', { 'web > db 5432': 1, 'job > db 5432': 57 }),
        opened('30m', { 'web > db 5432': 2, 'job > db 5432': 58 }),
      ],
    );
  });

  test('adds up what was counted before and after a restart of the exporter', async () => {
    const restarted = { opened: '10+1x19 0+1x40', start: '0x19 610x40', lastSeen: '0+30x60' };
    await expectOf(
      [outbound(WEB, at(DB), '5432', restarted), listens(DB, '5432')],
      // 29 before it; 29 by the sample of 24 m 30 s, for which the other host was given an evaluation more.
      [opened('26m', { 'web > db 5432': 29 + 29 })],
    );
  });

  test('does not count connections again if the exporter returns as another instance', async () => {
    const first = { opened: '50+1x19', start: '0x19', target: { job: 'musubi', instance: 'one' } };
    const then = { opened: '_x20 2+1x60', start: '_x20 600x60', target: { job: 'musubi', instance: 'two' } };
    await expectOf(
      [
        outbound(WEB, at(DB), '5432', first),
        outbound(WEB, at(DB), '5432', { ...then, lastSeen: '_x20 600+30x60' }),
        listens(DB, '5432'),
      ],
      [opened('21m30s', { 'web > db 5432': 69 + 22 })],
    );
  });

  test('includes the connections during missed scrapes once scrapes succeed again', async () => {
    const missed = { opened: '1 2 3 _x40 44+1x20', start: '0x2 _x40 0x20', lastSeen: '0x2 _x40 1290x20' };
    await expectOf(
      [outbound(WEB, at(DB), '5432', missed), listens(DB, '5432')],
      [opened('15m', { 'web > db 5432': 3 }), opened('26m30s', { 'web > db 5432': 51 })],
    );
  });

  describe('if no rules are evaluated for a while', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'musubi-counts-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    test('includes the connections of that time afterwards', async () => {
      const restarted = { opened: '2x4 stale _x15 3x60', start: '0x4 stale _x15 600x60' };
      await expectOf(
        [
          ...bothReport(WEB, { opened: '1+1x120', start: '0x120' }),
          ...bothReport(processOn('c', '10.0.0.3', 'job', '11'), restarted),
          listens(DB, '5432'),
          [stalled('0x9 1x59 0x60')],
        ],
        [
          opened('30m', { 'web > db 5432': 8, 'job > db 5432': 2 }),
          opened('40m', { 'web > db 5432': 79, 'job > db 5432': 5 }),
        ],
        await haltingRules(folder),
      );
    });

    test('does not repeat the connections of edges that ended meanwhile', async () => {
      const ended = { opened: '1+1x13 stale', start: '0x13 stale', lastSeen: '0x13 stale' };
      await expectOf(
        [
          ...bothReport(WEB, ended),
          outbound({ ...WEB, pid: '11' }, at(DB), '5432', { opened: '0x120', start: '0x120' }),
          listens(DB, '5432'),
          [stalled('0x12 1x79 0x60')],
        ],
        [opened('12m', { 'web > db 5432': 11 }), opened('55m', { 'web > db 5432': 11 })],
        await haltingRules(folder),
      );
    });
  });

  test('is complete if it arrives later than its start time', async () => {
    const later = { opened: '_x10 4x100', start: '0x110' };
    await expectOf(
      [outbound(WEB, at(DB), '5432', later), listens(DB, '5432')],
      [opened('15m', { 'web > db 5432': 4 })],
    );
  });

  test('excludes connections from before the first evaluation', async () => {
    const earlier = { opened: '500x10 501x100', start: '-7200x110' };
    await expectOf(
      [outbound(WEB, at(DB), '5432', earlier), listens(DB, '5432')],
      [opened('10m', { 'web > db 5432': 1 })],
    );
  });

  test('belongs to the name at the time: none is lost if an edge is renamed', async () => {
    const counted = { opened: '1+1x120' };
    await expectOf(
      [outbound(WEB, at(DB), '5432', counted), listens(DB, '5432', '_x21 1x100')],
      [opened('30m', { 'web > 10.0.0.2 5432': 20, 'web > db 5432': 38 })],
    );
  });

  test('is complete in each hour, and over several hours', async () => {
    const hourly = hourlySeries(RECORDED.connectionsOpened);
    const row = (time: string, expr: string, count: number) =>
      expectedSeries(time, 'sum', expr, ['src_service'], ['dst_service'], {
        'web > db': count,
      });
    await expectOf(
      [
        outbound(WEB, at(DB), '5432', { opened: '1+1x400', start: '0x400', lastSeen: '0+30x400' }),
        listens(DB, '5432', '1x400'),
      ],
      [
        // Each rule evaluates the time a minute ago, waits an evaluation for the other host, and an hour ends another minute before it is recorded. promtool
        // evaluates the hourly rules as often as the others.
        row('1h', hourly, 116),
        row('2h', hourly, 120),
        row('2h', `${hourly} + ${hourly} offset 1h`, 236),
        row('2h', `sum_over_time(${RECORDED.connectionsOpened}[2h] offset 1m)`, 236),
      ],
    );
  });
});

describe('the count of failed connections', () => {
  test('is kept by reason, and starts from zero for a new reason within a lifetime', async () => {
    const failing = { opened: '0x100', failed: { refused: '3+1x100', timeout: '_x10 1x100' } };
    await expectOf(
      [outbound(WEB, at(DB), '5432', failing), listens(DB, '5432')],
      [failed('11m', { 'web > db 5432 refused': 23, 'web > db 5432 timeout': 1 }), opened('11m', {})],
    );
  });

  test('is complete if it first arrives with its edge after the rules have started', async () => {
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
