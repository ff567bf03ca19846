import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { main } from '../../exporter/cli/main.ts';
import { prometheus3 } from '../../provisioning/local/prometheus3.mjs';
import { createIo } from '../fixtures/io.ts';
import { type RecordedEdge, type RecordedEndpoint, recordedEdges } from '../fixtures/recorded-edges.ts';
import { MUSUBI, NODE, toolPath } from '../harness/places.ts';
import { run as runProgram } from '../harness/process.ts';
import { type Prometheus, startPrometheus } from '../harness/prometheus.ts';

/** The rules ran for two days until then; those of an hour recorded seven minutes after each full hour. */
const END = Date.UTC(2026, 4, 10, 12) / 1000;
const HOUR = 3600;
const DAY = 24 * HOUR;
const HISTORY = { from: END - 2 * DAY, to: END, hourly: 420 };
const HOSTILE = '"}) or vector(1) #\\\n<b>&|.*';

const endpoint = (service: string, more: RecordedEndpoint = {}) => ({
  service,
  process: service,
  pid: '1',
  host: `${service}-1`,
  ...more,
});

const EDGES: RecordedEdge[] = [
  {
    src: endpoint('web', { pid: '411' }),
    dst: endpoint('api', { address: '10.0.0.8' }),
    port: 8080,
    opened: [END - DAY, END - DAY + 1, ...Array.from({ length: 10 }, (_, index) => END - 600 + index)],
    used: [[END - 2 * DAY, END - 120]],
  },
  {
    src: endpoint('web', { pid: '17', host: 'web-2' }),
    dst: endpoint('api', { address: '10.0.0.8' }),
    port: 8080,
    used: [[END - 2 * HOUR, END - 200]],
  },
  {
    src: endpoint('api', { address: '10.0.0.8' }),
    dst: endpoint('db'),
    port: 5432,
    opened: [END - 900],
    failed: { refused: [END - 800, END - 799], timeout: [END - 700] },
  },
  { src: endpoint('db'), dst: endpoint('web'), port: 443, opened: [END - 1000] },
  // A connection of 1 ms, once.
  { src: endpoint('cron'), dst: endpoint('db'), port: 5432, opened: [END - 20 * HOUR - 17] },
  { src: endpoint('lone'), dst: { address: '10.0.0.5', site: 'fra' }, port: 80, opened: [END - 500] },
  { src: endpoint('lone'), dst: { address: '10.0.0.5', site: 'nyc' }, port: 80, opened: [END - 500] },
  { src: endpoint(HOSTILE), dst: endpoint('victim'), port: 1, opened: [END - 500] },
  { src: endpoint('bystander'), dst: endpoint('victim'), port: 1, opened: [END - 500] },
];

/** Prometheus 3 is built from its Go module the first time. */
const BUILD = 15 * 60_000;
/** Debian's Prometheus and, if it can be built, Prometheus 3, which has different range boundaries; with the same data. */
let stores: readonly Prometheus[];
let missing: string | undefined;

beforeAll(async () => {
  const current = await prometheus3({ log: console.log });
  if ('missing' in current) missing = current.missing;
  const programs = [toolPath('prometheus'), ...('prometheus' in current ? [current.prometheus] : [])];
  const history = recordedEdges(EDGES, HISTORY);
  stores = await Promise.all(programs.map((program) => startPrometheus([], { history, program })));
}, BUILD);

test('Prometheus 3 is one of the stores under test', ({ skip }) => {
  if (missing) skip(missing);
  expect(stores).toHaveLength(2);
});

/** Runs the command with each store: the results must be equal. */
async function musubi(...argv: string[]) {
  const all = await Promise.all(
    stores.map(async ({ url }) => {
      const io = createIo({ PROMETHEUS_URL: url });
      const code = await main(argv, io);
      return { code, out: io.out(), err: io.err() };
    }),
  );
  const [first, ...others] = all;
  for (const other of others) expect(other).toEqual(first);
  return first ?? expect.fail('no store');
}

/** Runs `musubi look` for a range of this many seconds until `END`, in UTC. */
async function look(target: string, seconds: number, ...more: string[]) {
  const { code, out, err } = await musubi(
    'look',
    target,
    '--from',
    `${END - seconds}`,
    '--to',
    `${END}`,
    ...more,
  );
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
}

interface Row {
  readonly [name: string]: unknown;
  readonly processes: readonly Record<string, unknown>[];
}

async function rows(...of: Parameters<typeof look>): Promise<Row[]> {
  return JSON.parse(await look(...of, '--json')).edges;
}

describe('look', () => {
  it('draws the dependents and the dependencies of a service, with their processes', async () => {
    process.env.TZ = 'UTC';
    expect(await look('api', HOUR)).toMatchInlineSnapshot(`
      "api, 2026-05-10 11:00:00 to 2026-05-10 12:00:00, UTC

      What depends on api:
       └─◀ web      8080/tcp  0 open, 10 opened, last seen 2026-05-10 11:58:00
           · web (pid 411) on web-1 ─▶ api (pid 1) on api-1 at 10.0.0.8
           · web (pid 17) on web-2 ─▶ api (pid 1) on api-1 at 10.0.0.8
           └─◀ db   443/tcp   0 open, 1 opened, last seen 2026-05-10 11:43:20
               · db (pid 1) on db-1 ─▶ web (pid 1) on web-1

      What api depends on:
       └─▶ db       5432/tcp  0 open, 1 opened, 3 failed (2 refused, 1 timeout), last seen 2026-05-10 11:48:20
           · api (pid 1) on api-1 at 10.0.0.8 ─▶ db (pid 1) on db-1
           └─▶ web  443/tcp   0 open, 1 opened, last seen 2026-05-10 11:43:20
               · db (pid 1) on db-1 ─▶ web (pid 1) on web-1
      "
    `);
  });

  it('marks cycles, and expands a service only once', async () => {
    const text = await look('api', 2 * DAY, '--depth', '5', '--direction', 'down');
    expect(text.match(/^.*─▶ \S+.* {2}\d+\/tcp/gm)).toMatchInlineSnapshot(`
      [
        " └─▶ db                   5432/tcp",
        "     └─▶ web              443/tcp",
        "         └─▶ api (cycle)  8080/tcp",
      ]
    `);
  });

  it('finds a single connection of 1 ms in every range that contains it, with its count', async () => {
    const at = END - 20 * HOUR - 17;
    for (const [from, to] of [
      [at - 1, at + 60],
      [at - 40, at + 3000],
      [at - 5 * HOUR, at + 60],
      [at - 60, END],
      [END - 2 * DAY, END],
    ] as const) {
      const { out } = await musubi('look', 'cron', '--json', '--from', `${from}`, '--to', `${to}`);
      expect(JSON.parse(out).edges[0]).toMatchObject({
        'dst.service': 'db',
        'service.dependency.connection.opened': 1,
        'service.dependency.last_seen': at,
      });
    }
    for (const [from, to] of [
      [at + 1, END],
      [END - 2 * DAY, at - 1],
    ] as const) {
      const { code, err } = await musubi('look', 'cron', '--from', `${from}`, '--to', `${to}`);
      expect({ code, err }).toEqual({
        code: 1,
        err: expect.stringMatching(
          /^musubi: no dependency of "cron" was in use .*; it was last seen 2026-05-09 15:59:43\n$/,
        ),
      });
    }
  });

  it('counts each connection once, from the series of hours and of half minutes', async () => {
    const [web] = await rows('api', 2 * DAY, '--direction', 'up', '--depth', '1');
    expect(web).toMatchObject({ 'src.service': 'web', 'service.dependency.connection.opened': 12 });
    const [db] = await rows('api', HOUR, '--direction', 'down', '--depth', '1');
    expect(db).toMatchObject({
      'service.dependency.connection.failed.refused': 2,
      'service.dependency.connection.failed.timeout': 1,
    });
  });

  it('lists each pair of processes, with the time it was last seen', async () => {
    const [web] = await rows('api', HOUR, '--direction', 'up', '--depth', '1');
    expect(web?.processes).toEqual([
      expect.objectContaining({
        'src.host': 'web-1',
        'src.pid': 411,
        'dst.host': 'api-1',
        'service.dependency.last_seen': END - 120,
      }),
      expect.objectContaining({
        'src.host': 'web-2',
        'src.pid': 17,
        'dst.address': '10.0.0.8',
        'service.dependency.last_seen': END - 200,
      }),
    ]);
  });

  it('accepts a host, and lists its processes first', async () => {
    const text = await look('web-2', HOUR, '--depth', '1');
    expect(text).toMatch(/^host web-2, /);
    expect(text).toMatch(/─▶ api .*\n +· web \(pid 17\) on web-2 ─▶ api.*\n +· web \(pid 411\)/);
    expect(text).toContain('Connections are counted by service');
  });

  it('accepts an address, with or without a port', async () => {
    expect((await rows('10.0.0.8:8080', HOUR, '--depth', '1')).map((row) => row['dst.service'])).toEqual([
      'api',
      'db',
    ]);
    expect((await rows('10.0.0.8', HOUR, '--depth', '1')).map((row) => row['dst.service'])).toEqual([
      'api',
      'db',
    ]);
    const { code, err } = await musubi('look', '10.0.0.8:9', '--from', `${END - HOUR}`, '--to', `${END}`);
    expect({ code, err }).toEqual({ code: 1, err: 'musubi: no dependency of "10.0.0.8:9"\n' });
  });

  it('distinguishes sites', async () => {
    const text = await look('10.0.0.5', HOUR, '--direction', 'up');
    expect(text).toContain('What depends on 10.0.0.5 (fra):');
    expect(text).toContain('What depends on 10.0.0.5 (nyc):');
    expect(await rows('10.0.0.5', HOUR, '--site', 'fra')).toHaveLength(1);
    const { code, err } = await musubi(
      'look',
      '10.0.0.5',
      '--site',
      'sfo',
      '--from',
      `${END - HOUR}`,
      '--to',
      `${END}`,
    );
    expect({ code, err }).toEqual({
      code: 1,
      err: 'musubi: "10.0.0.5" is not at site "sfo" (found at: fra, nyc)\n',
    });
  });

  it('escapes names in its queries', async () => {
    const found = await rows(HOSTILE, HOUR);
    expect(found.map((row) => [row['src.service'], row['dst.service']])).toEqual([[HOSTILE, 'victim']]);
    // As one of several names, it is part of a regular expression.
    const text = await look('victim', HOUR, '--depth', '3');
    expect(text).toContain(`◀ "}) or vector(1) #\\\\n<b>&|.*  1/tcp`);
    for (const target of ['.*', 'a|b', 'api"} or {x="', "api'"]) {
      const { code, err } = await musubi('look', target, '--from', `${END - HOUR}`, '--to', `${END}`);
      expect(code).toBe(1);
      expect(err).toMatch(/^musubi: no service or host named "/);
    }
  });
});

describe('without a result', () => {
  it('suggests a similar name', async () => {
    const { code, err, out } = await musubi('look', 'crom', '--from', `${END - HOUR}`, '--to', `${END}`);
    expect({ code, err, out }).toEqual({
      code: 1,
      out: '',
      err: 'musubi: no service or host named "crom"; did you mean cron?\n',
    });
  });

  it('states the time range of the data', async () => {
    const before = await musubi('look', 'api', '--from', '2026-05-01 10:00', '--to', '2026-05-01 11:00');
    expect(before).toEqual({
      code: 1,
      out: '',
      err: 'musubi: no data for 2026-05-01 10:00:00 to 2026-05-01 11:00:00, UTC; there is data from 2026-05-08 12:00:00 to 2026-05-10 11:58:00, UTC\n',
    });
    const after = await musubi('look', 'api');
    expect(after.err).toMatch(/^musubi: no data for .*, and none since\n$/);
  });

  it('names the rules that are needed', async () => {
    const empty = await startPrometheus([]);
    for (const argv of [['look', 'api'], ['diff']]) {
      const io = createIo();
      expect(await main([...argv, '--prometheus-url', empty.url], io)).toBe(1);
      expect(io.err()).toBe(
        `musubi: Prometheus at ${empty.url}: no recorded dependencies: load provisioning/prometheus/rules/musubi-edges.yaml as one of its rule_files, and wait two minutes\n`,
      );
    }
  });
});

describe('a range that ends now', () => {
  /** The last evaluation, two minutes ago; the edge closed between it and now. */
  const EVALUATED = Math.floor(Date.now() / 1000 / 30) * 30 - 120;
  const RECENT: RecordedEdge[] = [
    {
      src: endpoint('web'),
      dst: endpoint('api'),
      port: 8080,
      opened: [EVALUATED - 100, EVALUATED - 150],
      used: [[EVALUATED - 600, EVALUATED - 30]],
    },
  ];
  let store: Prometheus;
  beforeAll(async () => {
    const range = { from: EVALUATED - HOUR, to: EVALUATED };
    store = await startPrometheus([], { history: recordedEdges(RECENT, range) });
  });
  const run = async (...argv: string[]) => {
    const io = createIo({ PROMETHEUS_URL: store.url });
    return { code: await main(argv, io), out: io.out(), err: io.err() };
  };
  const settled = EVALUATED - 60;
  const at = (time: number) => new Date(time * 1000).toISOString();

  it('ends where the records end, and states it', async () => {
    const { out } = await run('look', 'web', '--from', '10m');
    expect(out.split('\n')[0]).toMatch(/^web, .* to .* \(recorded so far\), /);
    expect(out).toContain('1 open, 2 opened');
    const json = JSON.parse((await run('look', 'web', '--from', '10m', '--json')).out);
    expect(json).toMatchObject({ to: at(settled), requested_to: expect.any(String) });
  });

  it('is compared with a previous range of the same length', async () => {
    const from = settled - 60;
    const { out } = await run('diff', '--from', `${from}`, '--json');
    expect(JSON.parse(out)).toMatchObject({
      to: at(settled),
      against: { from: at(from - 60), to: at(from) },
      vanished: [],
      changed: [],
    });
  });

  it('is refused if nothing of it is recorded yet', async () => {
    expect(await run('diff', '--from', `${settled + 1}`)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^musubi: nothing is recorded yet since .*: records end at .*\n$/),
    });
  });
});

describe('diff', () => {
  const range = ['--from', `${END - HOUR}`, '--to', `${END}`];

  it('lists what appeared, vanished and changed', async () => {
    const day = ['--from', `${END - DAY}`, '--to', `${END - 12 * HOUR}`];
    const { code, out, err } = await musubi('diff', ...day, '--against', `${END - HOUR}/${END}`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatchInlineSnapshot(`
      "2026-05-09 12:00:00 to 2026-05-10 00:00:00, UTC
      against 2026-05-10 11:00:00 to 2026-05-10 12:00:00, UTC

      + cron ─▶ db                              5432/tcp  0 open, 1 opened, last seen 2026-05-09 15:59:43
      - "}) or vector(1) #\\\\n<b>&|.* ─▶ victim  1/tcp     0 open, 1 opened, last seen 2026-05-10 11:51:40
      - api ─▶ db                               5432/tcp  0 open, 1 opened, 3 failed (2 refused, 1 timeout), last seen 2026-05-10 11:48:20
      - bystander ─▶ victim                     1/tcp     0 open, 1 opened, last seen 2026-05-10 11:51:40
      - db ─▶ web                               443/tcp   0 open, 1 opened, last seen 2026-05-10 11:43:20
      - lone ─▶ 10.0.0.5 (fra)                  80/tcp    0 open, 1 opened, last seen 2026-05-10 11:51:40
      - lone ─▶ 10.0.0.5 (nyc)                  80/tcp    0 open, 1 opened, last seen 2026-05-10 11:51:40
      ~ web ─▶ api                              8080/tcp  10 → 1 opened

      1 appeared, 6 vanished, 1 changed.
      "
    `);
  });

  it('compares with the previous range, or with the same range at an offset', async () => {
    const { out } = await musubi('diff', ...range, '--json');
    const at = (time: number) => new Date(time * 1000).toISOString();
    expect(JSON.parse(out)).toMatchObject({
      from: at(END - HOUR),
      to: at(END),
      against: { from: at(END - 2 * HOUR), to: at(END - HOUR) },
      vanished: [],
    });
    const earlier = JSON.parse((await musubi('diff', ...range, '--against', '1d', '--json')).out);
    expect(earlier.against).toMatchObject({ from: at(END - DAY - HOUR), to: at(END - DAY) });
  });

  it('exits with code 1 on a difference, given --exit-code', async () => {
    expect((await musubi('diff', ...range, '--exit-code')).code).toBe(1);
    const quiet = ['--from', `${END - 10 * HOUR}`, '--to', `${END - 9 * HOUR}`, '--against', '1h'];
    expect(await musubi('diff', ...quiet, '--exit-code')).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 appeared, 0 vanished, 0 changed.'),
    });
  });

  it('warns if it compares with a time before the data', async () => {
    const first = ['--from', `${END - 2 * DAY}`, '--to', `${END - DAY}`];
    const { code, err } = await musubi('diff', ...first, '--against', '1h');
    expect({ code, err }).toEqual({
      code: 0,
      err: 'note: no data before 2026-05-08 12:00:00: older dependencies are reported as appeared\n',
    });
    expect((await musubi('diff', ...range, '--against', '20d')).err).toMatch(
      /^musubi: no data for 2026-04-20/,
    );
  });
});

describe('diff during the silence of an exporter', () => {
  const [FROM, TO] = [END - 1230, END - 1080];
  const db = endpoint('db', { address: '10.0.0.9' });
  const orders = endpoint('orders', { address: '10.0.0.7' });
  const always = (from: number, to: number) =>
    Array.from({ length: Math.ceil((to - from) / 10) }, (_, at) => from + at * 10);
  const SILENT: RecordedEdge[] = [
    { src: orders, dst: db, port: 5432, opened: [...always(END - HOUR, FROM), ...always(TO, END)] },
    // The database's host reports the address of its client.
    { src: { address: '10.0.0.7' }, dst: db, port: 5432, opened: always(FROM, TO) },
    // Only its own host would report it.
    { src: orders, dst: { address: '192.0.2.1' }, port: 25, opened: always(FROM - 200, FROM) },
    { src: { address: '10.0.0.7' }, dst: db, port: 9999, opened: [FROM + 50] },
    { src: endpoint('new-job'), dst: db, port: 5432, opened: [FROM + 50] },
  ];
  let store: Prometheus;
  beforeAll(async () => {
    const range = {
      from: END - HOUR,
      to: END,
      silent: { 'orders-1': [FROM, TO] as const, 'db-1': [0, 0] as const },
    };
    store = await startPrometheus([], { history: recordedEdges(SILENT, range) });
  });
  const run = async (...argv: string[]) => {
    const io = createIo({ PROMETHEUS_URL: store.url });
    return {
      code: await main(['diff', '--from', `${FROM}`, '--to', `${TO}`, ...argv], io),
      out: io.out(),
      err: io.err(),
    };
  };

  it('shows edges under their names, and what is not known as such', async () => {
    process.env.TZ = 'UTC';
    const { code, out, err } = await run('--exit-code');
    expect(err).toBe(
      'note: no report for some time from orders-1 (2m)\n' +
        'note: recorded under an address, and shown under its name: 10.0.0.7 (orders)\n',
    );
    expect(out).toMatchInlineSnapshot(`
      "2026-05-10 11:39:30 to 2026-05-10 11:42:00, UTC
      against 2026-05-10 11:37:00 to 2026-05-10 11:39:30, UTC

      + new-job ─▶ db        5432/tcp  0 open, 1 opened, last seen 2026-05-10 11:40:20
      ? 10.0.0.7 ─▶ db       9999/tcp  an address of orders-1; last seen 2026-05-10 11:40:20
      ? orders ─▶ 192.0.2.1  25/tcp    no report from orders-1 (2m); last seen 2026-05-10 11:39:20

      1 appeared, 0 vanished, 0 changed, 2 not known.
      "
    `);
    expect(code).toBe(1);
  });

  it('lists the same as JSON', async () => {
    const json = JSON.parse((await run('--json')).out);
    expect(json).toMatchObject({
      silent_hosts: [{ host: 'orders-1', seconds: 120 }],
      against: { silent_hosts: [] },
      vanished: [],
      changed: [],
    });
    expect(json.appeared).toHaveLength(1);
    expect(json.uncertain.map(({ reason }: { reason: string }) => reason)).toEqual([
      'an address of orders-1',
      'no report from orders-1 (2m)',
    ]);
  });
});

it('look needs no privileges, and loads no code of the captures', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'musubi-coverage-'));
  try {
    // The coverage report of the runtime lists the modules that were loaded.
    const env = { ...process.env, NODE_V8_COVERAGE: folder, PROMETHEUS_URL: stores[0]?.url };
    const command = [NODE, MUSUBI, 'look', 'api', '--from', `${END - HOUR}`, '--to', `${END}`] as const;
    const { code, stdout, stderr } = await runProgram(command, { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('What depends on api:');
    const loaded = readdirSync(folder).flatMap((file) => {
      const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        result: { url: string }[];
      };
      return result.map(({ url }) => url);
    });
    expect(loaded.some((url) => /\/look-\w+\.js$/.test(url))).toBe(true);
    expect(
      loaded.filter((url) => /koffi|\/(agent|doctor|snapshot|rules|parse-config)-\w+\.js/.test(url)),
    ).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const unprivileged = await runProgram(
    [NODE, MUSUBI, 'look', 'api', '--from', `${END - HOUR}`, '--to', `${END}`],
    {
      env: { ...process.env, PROMETHEUS_URL: stores[0]?.url },
      uid: 65534,
    },
  );
  expect(unprivileged).toMatchObject({ code: 0, stderr: '' });
});
