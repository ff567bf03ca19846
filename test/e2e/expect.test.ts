import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseExpectations } from '../../exporter/cli/expect/parse-expectations.ts';
import { main } from '../../exporter/cli/main.ts';
import { createIo } from '../fixtures/io.ts';
import { type RecordedEdge, type RecordedEndpoint, recordedEdges } from '../fixtures/recorded-edges.ts';
import { type Prometheus, startPrometheus } from '../harness/prometheus.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** The rules ran for two days until about now; those of an hour recorded seven minutes after each full hour. */
const END = Math.floor(Date.now() / 30_000) * 30;
const BEGIN = END - 2 * DAY;
const HOSTILE = 'a: "b"\n- {c}\\ #';

const endpoint = (service: string, more: RecordedEndpoint = {}) => ({
  service,
  host: `${service}-1`,
  ...more,
});
const db = endpoint('db');
const each = (seconds: number, from = BEGIN) =>
  Array.from({ length: Math.ceil((END - from) / seconds) }, (_, at) => from + at * seconds);

const EDGES: RecordedEdge[] = [
  {
    src: endpoint('web'),
    dst: endpoint('api', { site: 'fra' }),
    port: 8080,
    opened: [END - DAY],
    used: [[BEGIN, END]],
  },
  { src: endpoint('polls', { address: '10.0.0.20' }), dst: db, port: 5432, opened: each(4 * 60) },
  // Recorded while the exporter of its host had not reported: the same, and one that only it made.
  { src: { address: '10.0.0.20' }, dst: db, port: 5432, opened: [END - 3000] },
  { src: { address: '10.0.0.20' }, dst: endpoint('mq'), port: 5672, opened: [END - 200] },
  { src: endpoint('slow'), dst: db, port: 5432, opened: each(30 * 60) },
  { src: endpoint('night'), dst: db, port: 5432, opened: each(DAY, BEGIN + 5 * HOUR) },
  { src: endpoint('once'), dst: db, port: 5432, opened: [END - 30 * HOUR] },
  { src: endpoint('recent'), dst: db, port: 5432, opened: [END - 20 * HOUR], used: [[END - 20 * HOUR, END]] },
  { src: endpoint('gone'), dst: db, port: 5432, used: [[BEGIN, END - DAY - 240]] },
  { src: endpoint(HOSTILE), dst: db, port: 5432, used: [[BEGIN, END]] },
  {
    src: endpoint('failing'),
    dst: db,
    port: 5432,
    used: [[BEGIN, END]],
    opened: each(40, END - 400),
    failed: { refused: each(20, END - 400), cancelled: each(1, END - 400) },
  },
];

let prometheus: Prometheus;
let folder: string;

beforeAll(async () => {
  prometheus = await startPrometheus([], {
    history: recordedEdges(EDGES, { from: BEGIN, to: END, hourly: 420 }),
  });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'musubi-expect-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function musubi(subcommand: string, ...argv: string[]) {
  const io = createIo(subcommand === 'render' ? {} : { PROMETHEUS_URL: prometheus.url });
  const code = await main(['expect', subcommand, ...argv], io);
  return { code, out: io.out(), err: io.err() };
}

function write(text: string): string {
  const path = join(folder, 'edges.yaml');
  writeFileSync(path, text);
  return path;
}

const EXPECTED = `version: 1
expect:
  - { source: web, destination: api, destination_site: fra, port: 8080, max_gap: 5m }
  - { source: web, destination: api, port: 8080, max_gap: 5m }
  - { source: gone, destination: db, port: 5432, max_gap: 1h }
  - { source: night, destination: db, port: 5432, max_gap: 26h }
  - { source: failing, destination: db, port: 5432, max_gap: 5m }
allow:
  - { destination: db, source: 'polls|slow|a.*' }
`;

describe('musubi expect learn', () => {
  it('learns the longest normal gap of each dependency', async () => {
    const { code, out, err } = await musubi('learn', '--range', '14d');
    const notSeen = '  added, but not seen in the last 24h: gone ─▶ db 5432/tcp\n';
    const notAdded = '  not added, an address of polls-1: 10.0.0.20 ─▶ mq 5672/tcp\n';
    const folded = '  added under the name of its address: 10.0.0.20 ─▶ db 5432/tcp\n';
    expect({ code, err }).toEqual({
      code: 0,
      err: `9 added, 0 not seen\n${notSeen}${notAdded}${folded}`,
    });
    const { expected } = parseExpectations(out, 'learnt.yaml');
    const gaps = Object.fromEntries(expected.map(({ src, maxGap }) => [src.name, maxGap / 60]));
    expect(gaps).toEqual({
      web: 5,
      [HOSTILE]: 5,
      failing: 5,
      recent: 5,
      polls: 10,
      slow: expect.toSatisfy((minutes: number) => minutes > 30 && minutes <= 180),
      night: 26 * 60,
      once: Number.POSITIVE_INFINITY,
      gone: expect.toSatisfy((minutes: number) => minutes >= 5 && minutes <= 180),
    });
    expect(out).toContain('why: seen on 2 of 2 days, 720 connections');
    expect(out).toContain('why: seen on 1 of 2 days, 1 connection; used once, so no gap is known');
  });

  it('merges with an existing file, and changes nothing the second time', async () => {
    const path = write(EXPECTED.replace('allow:', '# ours\nallow:'));
    const { code, err } = await musubi('learn', '--range', '1d', '--output', path);
    expect(code).toBe(0);
    expect(err).toMatch(/^1 added, 2 not seen\n/);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('# ours');
    expect(parseExpectations(text, path).expected.map(({ src }) => src.name)).toEqual([
      'failing',
      'gone',
      'night',
      'recent',
      'web',
      'web',
    ]);
    expect((await musubi('learn', '--range', '1d', '--output', path)).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('does not overwrite a file that it cannot parse', async () => {
    const path = write('version: 1\nexpects: []\n');
    const { code, err } = await musubi('learn', '--output', path);
    expect(code).toBe(2);
    expect(err).toContain(`${path}:2: unknown key "expects"`);
  });
});

describe('musubi expect check', () => {
  it('lists the differences, and exits with code 1 if a dependency is missing', async () => {
    const { code, out } = await musubi('check', write(EXPECTED));
    expect(code).toBe(1);
    expect(out.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME')).toMatch(
      /^2 missing\n {2}gone ─▶ db 5432\/tcp {2}last seen TIME, max_gap 1h\n {2}web ─▶ api 8080\/tcp {2}not seen, max_gap 5m\n\n1 unexpected\n {2}recent ─▶ db 5432\/tcp {2}seen TIME\n\n1 failing\n {2}failing ─▶ db 5432\/tcp {2}\d+ of \d+ connections within 5 minutes\n\n3 of 5 expected dependencies are present\.\n$/,
    );
  });

  it('lists the same as JSON', async () => {
    const { code, out } = await musubi('check', write(EXPECTED), '--json');
    expect(code).toBe(1);
    const labels = { src_service: 'gone', dst_service: 'db', dst_port: '5432', network_transport: 'tcp' };
    expect(JSON.parse(out)).toMatchObject({
      missing: [
        { ...labels, max_gap_seconds: 3600 },
        { src_service: 'web', last_seen_seconds: null },
      ],
      unexpected: [{ src_service: 'recent' }],
      failing: [{ src_service: 'failing' }],
      unnamed: [{ src_service: '10.0.0.20', dst_service: 'mq', host: 'polls-1' }],
      hosts_without_exporter: [],
    });
  });

  it('lists the differences at another time', async () => {
    const at = `${END - 31 * HOUR}`;
    const { code, out } = await musubi('check', write(EXPECTED), '--at', at, '--json');
    expect(code).toBe(1);
    const { missing, unexpected } = JSON.parse(out);
    expect(missing).toMatchObject([{ src_service: 'web', last_seen_seconds: null }]);
    expect(unexpected).toEqual([]);
  });

  it('exits with code 0 if nothing is missing', async () => {
    const { code, out } = await musubi('check', write('version: 1\nallow: [{}]\n'));
    expect({ code, out }).toEqual({ code: 0, out: '0 of 0 expected dependencies are present.\n' });
  });
});

describe('an error message is printed for', () => {
  it.each([
    ['a missing subcommand', [''], 'missing subcommand (available: learn, render, check)'],
    ['an unknown subcommand', ['lern'], 'unknown subcommand "lern" (available: learn, render, check)'],
    ['a missing file argument of check', ['check'], 'missing argument FILE'],
    ['a missing file argument of render', ['render'], 'missing argument FILE'],
    ['a file that does not exist', ['check', '/nowhere.yaml'], 'cannot read /nowhere.yaml: ENOENT'],
    [
      'an invalid range',
      ['learn', '--range', 'long'],
      'invalid value for --range: "long" (expected a duration',
    ],
    ['an invalid time', ['check', 'x', '--at', 'then'], 'invalid value for --at: "then" (expected a time'],
  ])('%s', async (_, [subcommand = '', ...argv], message) => {
    const { code, err } = await musubi(subcommand, ...argv);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  it('a time in the future', async () => {
    const { code, err } = await musubi('check', write(EXPECTED), '--at', `${END + DAY}`);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('is in the future') });
  });

  it('a time before the data', async () => {
    const { code, err } = await musubi('check', write(EXPECTED), '--at', `${BEGIN - 2 * DAY}`);
    expect(err).toContain('no data for');
    expect(code).toBe(1);
  });

  it('an unreachable Prometheus', async () => {
    const { code, err } = await musubi('check', write(EXPECTED), '--prometheus-url', 'http://127.0.0.1:1');
    expect(err).toContain('http://127.0.0.1:1: connection refused');
    expect(code).toBe(1);
  });
});
