import { describe, expect, it } from 'vitest';
import { createTempFile } from '../../../test/fixtures/temp-file.ts';
import { AGENT_OPTIONS } from './agent-options.ts';
import { type Option, option } from './option.ts';
import { RENAMED_FLAGS, RENAMED_VALUES, RENAMED_VARIABLES } from './renamed-settings.ts';
import { resolveOptions } from './resolve-options.ts';
import { UsageError } from './usage-error.ts';
import { parseText } from './values.ts';

/** For each option of the agent: values as written from flag, variable and file, each with its meaning. */
const CASES = {
  interval: ['1s', '2m', '3h', [1000, 120_000, 10_800_000], 2000],
  'edge-expiration': ['1s', '2m', '3h', [1000, 120_000, 10_800_000], 300_000],
  'web.listen-address': [
    'a:1',
    'b:2',
    '"[::1]:3"',
    [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
      { host: '::1', port: 3 },
    ],
    undefined,
  ],
  'web.allowed-hosts': ['a', 'b,c.d', 'all', [['a'], ['b', 'c.d'], 'all'], []],
  'web.config.file': ['a', 'b', 'c', ['a', 'b', 'c'], undefined],
  'otlp-endpoint': ['http://a', undefined, 'http://c', ['http://a', undefined, 'http://c'], undefined],
  'otlp-protocol': ['grpc', 'http/protobuf', 'grpc', ['grpc', 'http/protobuf', 'grpc'], undefined],
  // The OpenTelemetry variable is in milliseconds.
  'otlp-export-interval': ['1s', '2000', '3s', [1000, 2000, 3000], 60_000],
  capture: ['sockdiag', 'procfs', 'auto', ['sockdiag', 'procfs', 'auto'], 'auto'],
  netns: ['self', 'all', 'self', ['self', 'all', 'self'], 'all'],
  'host-name': ['a', 'b', 'c', ['a', 'b', 'c'], undefined],
  'container-engine': ['/a.sock', 'none', '/c.sock', ['/a.sock', 'none', '/c.sock'], undefined],
  kubernetes: ['kubelet', 'none', 'auto', ['kubelet', 'none', 'auto'], 'auto'],
  site: ['a', 'b', 'c', ['a', 'b', 'c'], undefined],
  networks: [
    '10.0.0.0/8=a',
    '10.0.0.0/8',
    '[{ cidr: fd00::/8, site: c }]',
    [[{ cidr: '10.0.0.0/8', name: 'a' }], [{ cidr: '10.0.0.0/8' }], [{ cidr: 'fd00::/8', site: 'c' }]],
    undefined,
  ],
  nat: ['off', 'auto', 'off', ['off', 'auto', 'off'], 'auto'],
  dns: ['off', 'responses', 'off', ['off', 'responses', 'off'], 'responses'],
  'reverse-dns': ['on', 'off', 'on', ['on', 'off', 'on'], 'off'],
  internet: ['keep', 'fold', 'keep', ['keep', 'fold', 'keep'], 'fold'],
  'max-services': ['1', '2', '3', [1, 2, 3], 1000],
  'max-edges-per-service': ['1', '2', '3', [1, 2, 3], 500],
  'log-level': ['warn', 'error', 'info', ['warn', 'error', 'info'], 'info'],
  'log-format': ['json', 'logfmt', 'json', ['json', 'logfmt', 'json'], 'logfmt'],
  'proc-root': ['/', '/etc', '/tmp', ['/', '/etc', '/tmp'], '/proc'],
} as const;

it('has a case for every option except help, config and file-only ones', () => {
  expect([...Object.keys(CASES), 'config', 'help', 'rules'].sort()).toEqual(
    Object.keys(AGENT_OPTIONS).sort(),
  );
});

describe.each(Object.entries(CASES))(
  '%s',
  (name, [flag, variable, inFile, [fromFlag, fromVariable, fromFile], preset]) => {
    const option: Option<unknown> = AGENT_OPTIONS[name as keyof typeof CASES];
    const flags = [`--${name}`, flag];
    const env = variable === undefined ? {} : { [option.env?.[0]?.name ?? '']: variable };
    const resolve = async (argv: string[], variables: Record<string, string>, text = '') => {
      using file = createTempFile(text);
      const values = await resolveOptions(AGENT_OPTIONS, ['--config', file.path, ...argv], variables);
      return values[name as keyof typeof CASES];
    };

    it('is set by its flag first', async () => {
      expect(await resolve(flags, env, `${name}: ${inFile}`)).toEqual(fromFlag);
      expect(await resolve([`--${name}=${flag}`], env)).toEqual(fromFlag);
    });

    it.skipIf(variable === undefined)('is set by its variable before the file', async () => {
      expect(await resolve([], env, `${name}: ${inFile}`)).toEqual(fromVariable);
    });

    it('is set by the file before its default', async () => {
      expect(await resolve([], {}, `# settings\n${name}: ${inFile}\n`)).toEqual(fromFile);
    });

    it('has its default if nothing is set, or only an empty variable', async () => {
      const empty = Object.fromEntries(Object.keys(env).map((key) => [key, '']));
      expect(await resolve([], empty)).toEqual(preset);
    });
  },
);

it('uses the first variable that is set', async () => {
  const env = { OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' };
  expect((await resolveOptions(AGENT_OPTIONS, [], env))['otlp-protocol']).toBe('grpc');
  const { OTEL_EXPORTER_OTLP_PROTOCOL } = env;
  const general = await resolveOptions(AGENT_OPTIONS, [], { OTEL_EXPORTER_OTLP_PROTOCOL });
  expect(general['otlp-protocol']).toBe('http/protobuf');
});

it('reads the file of the flag, else that of the variable', async () => {
  using one = createTempFile('interval: 1s');
  using two = createTempFile('interval: 2s');
  const env = { MUSUBI_CONFIG: one.path };
  expect((await resolveOptions(AGENT_OPTIONS, [], env)).interval).toBe(1000);
  expect((await resolveOptions(AGENT_OPTIONS, ['--config', two.path], env)).interval).toBe(2000);
});

it('uses the last of a repeated flag', async () => {
  const argv = ['--interval', '1s', '--interval', '2s'];
  expect((await resolveOptions(AGENT_OPTIONS, argv, {})).interval).toBe(2000);
});

describe('rules', () => {
  it('are read from the file only', async () => {
    using file = createTempFile('rules:\n  - match: { unit: a }\n    service: b\n');
    expect((await resolveOptions(AGENT_OPTIONS, ['--config', file.path], {})).rules).toHaveLength(1);
    expect((await resolveOptions(AGENT_OPTIONS, [], {})).rules).toEqual([]);
    await expect(resolveOptions(AGENT_OPTIONS, ['--rules', 'a'], {})).rejects.toThrow(
      /Unknown option '--rules'/,
    );
  });
});

it('reads one file for every command', async () => {
  using file = createTempFile('interval: 5s\nsite: a\n');
  const { site, help } = AGENT_OPTIONS;
  expect(
    await resolveOptions({ site, help, config: AGENT_OPTIONS.config }, ['--config', file.path], {}),
  ).toMatchObject({ site: 'a' });
});

describe('positional arguments', () => {
  const table = {
    what: option({ value: 'WHAT', help: 'what', parse: parseText, operand: true }),
    where: option({ value: 'WHERE', help: 'where', parse: parseText, operand: true }),
    site: AGENT_OPTIONS.site,
  };

  it('are assigned in order, wherever they stand', async () => {
    expect(await resolveOptions(table, ['a', '--site', 's', 'b'], {})).toEqual({
      what: 'a',
      where: 'b',
      site: 's',
    });
    expect(await resolveOptions(table, ['--', '--a'], {})).toEqual({ what: '--a' });
  });

  it.each([
    [['a', 'b', 'c'], "Unexpected argument 'c'"],
    [['a', ''], 'invalid value for WHERE: "" (expected a value that is not empty)'],
    [['--what', 'a'], "Unknown option '--what'"],
  ])('%j is invalid', async (argv, message) => {
    await expect(resolveOptions(table, argv, {})).rejects.toThrow(message);
  });

  it('are not keys of a file', async () => {
    using file = createTempFile('what: a\n');
    const config = AGENT_OPTIONS.config;
    await expect(resolveOptions({ ...table, config }, ['--config', file.path], {})).rejects.toThrow(
      'unknown key "what"',
    );
  });
});

it('accepts -h', async () => {
  expect((await resolveOptions(AGENT_OPTIONS, ['-h'], {})).help).toBe(true);
  expect((await resolveOptions(AGENT_OPTIONS, [], {})).help).toBeUndefined();
});

describe('an error names the position and the value', () => {
  const fail = (argv: string[], env: Record<string, string> = {}) =>
    resolveOptions(AGENT_OPTIONS, argv, env).then(
      () => '',
      (error: unknown) => {
        expect(error).toBeInstanceOf(UsageError);
        return (error as Error).message;
      },
    );

  it.each([
    [
      ['--interval', 'soon'],
      'invalid value for --interval: "soon" (expected a duration such as 5s or 1m30s)',
    ],
    [
      ['--capture=magic'],
      'invalid value for --capture: "magic" (expected one of auto, ebpf, sockdiag, procfs)',
    ],
    [['--host-name='], 'invalid value for --host-name: "" (expected a value that is not empty)'],
    [['--host-name', ''], 'invalid value for --host-name: "" (expected a value that is not empty)'],
    [['--speed', '5'], "Unknown option '--speed'"],
    [['-x'], "Unknown option '-x'"],
    [['--__proto__', '5'], "Unknown option '--__proto__'"],
    [['now'], "Unexpected argument 'now'"],
    [['--interval'], "Option '--interval <value>' argument missing"],
    [['--interval', '--site'], "Option '--interval' argument is ambiguous"],
    [['--interval', '-5s'], 'invalid value for --interval: "-5s" (expected a duration such as 5s or 1m30s)'],
    [
      ['--otlp-endpoint', 'ftp://me:hush@a'],
      'invalid value for --otlp-endpoint: "ftp://***@a" (expected a URL such as http://127.0.0.1:4317)',
    ],
    [['--help=yes'], "Option '-h, --help' does not take an argument"],
  ])('%j', async (argv, message) => {
    expect(await fail(argv)).toBe(message);
  });

  it.each([
    [
      'MUSUBI_INTERVAL',
      'soon',
      'invalid value for MUSUBI_INTERVAL: "soon" (expected a duration such as 5s or 1m30s)',
    ],
    [
      'OTEL_METRIC_EXPORT_INTERVAL',
      '5s',
      'invalid value for OTEL_METRIC_EXPORT_INTERVAL: "5s" (expected a positive integer of milliseconds)',
    ],
    [
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      'http/json',
      'invalid value for OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" (expected one of grpc, http/protobuf)',
    ],
  ])('%s=%s', async (name, value, message) => {
    expect(await fail([], { [name]: value })).toBe(message);
  });

  it('of a file', async () => {
    using file = createTempFile('# settings\n\ninterval: soon\n');
    expect(await fail(['--config', file.path])).toBe(
      `${file.path}:3: invalid value for interval: "soon" (expected a duration such as 5s or 1m30s)`,
    );
  });

  it.each([
    [
      'networks: office\n',
      1,
      'invalid value for networks: "office" (expected CIDR ranges such as 10.0.0.0/8=office,203.0.113.0/24)',
    ],
    [
      'networks:\n  - cidr: ::/0\n  - cidr: a\n',
      3,
      'network 2: cidr: invalid value "a" (expected a CIDR range such as 10.0.0.0/8)',
    ],
    ['networks:\n  a: b\n', 1, 'networks: expected a list'],
    ['a: 1\n', 1, 'unknown key "a"'],
    ['rules:\n  - match:\n      unit: a\n    service: b\n  -\n    match: {}\n', 6, 'rule 2: match: empty;'],
    ['rules: a\n', 1, 'invalid value for rules: "a" (rules: expected a list)'],
    ['interval: [5s]\n', 1, 'interval: ["5s"] is not a single value'],
    ['networks: &a [*a]\n', 1, 'network 1: not a mapping of cidr, name, kind, site'],
  ])('of a list in a file: %j', async (text, line, message) => {
    using file = createTempFile(text);
    expect(await fail(['--config', file.path])).toContain(
      line ? `${file.path}:${line}: ${message}` : message,
    );
  });

  it('of a missing or unreadable file', async () => {
    expect(await fail(['--config', '/nowhere/musubi.yaml'])).toBe(
      'cannot read the configuration file /nowhere/musubi.yaml: ENOENT: no such file or directory',
    );
    const folder = import.meta.dirname;
    expect(await fail(['--config', folder])).toBe(
      `cannot read the configuration file ${folder}: EISDIR: illegal operation on a directory`,
    );
    expect(await fail(['--config='])).toBe('invalid value for --config: "" (expected a file name)');
  });
});

describe('a renamed setting is an error that names the new one', () => {
  const fail = async (argv: readonly string[], env: Record<string, string> = {}) => {
    const error = await resolveOptions(AGENT_OPTIONS, argv, env).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  };

  it.each([...RENAMED_FLAGS])('--%s', async (old, renamed) => {
    expect(AGENT_OPTIONS).toHaveProperty([renamed]);
    expect(await fail([`--${old}`, '1'])).toBe(`Unknown option '--${old}' (renamed to --${renamed})`);
    using file = createTempFile(`site: a\n${old}: 5s\n`);
    expect(await fail(['--config', file.path])).toBe(
      `${file.path}:2: unknown key "${old}" (renamed to "${renamed}")`,
    );
  });

  it.each([...RENAMED_VARIABLES])('%s', async (old, renamed) => {
    expect(await fail([], { [old]: '5s' })).toBe(`${old} was renamed to ${renamed}`);
    const { help, site } = AGENT_OPTIONS;
    expect(await resolveOptions({ help, site }, [], { [old]: '5s', MUSUBI_SITE: 'a' })).toEqual({
      site: 'a',
    });
  });

  it.each(
    [...RENAMED_VALUES].flatMap(([name, values]) =>
      [...values].map(([old, renamed]) => [name, old, renamed] as const),
    ),
  )('--%s %s', async (name, old, renamed) => {
    const wrong = `"${old}" (renamed to "${renamed}")`;
    expect(await fail([`--${name}`, old])).toBe(`invalid value for --${name}: ${wrong}`);
    using file = createTempFile(`${name}: ${old}\n`);
    expect(await fail(['--config', file.path])).toBe(`${file.path}:1: invalid value for ${name}: ${wrong}`);
  });
});

it.each(['--host-name', '--site'])(
  'refuses a value of %s that is too long, and shows its beginning',
  async (flag) => {
    const refused = resolveOptions(AGENT_OPTIONS, [flag, 'x'.repeat(20_000_000)], {});
    await expect(refused).rejects.toThrow(
      /^invalid value for --[a-z-]+: "x{200}…" \(expected at most 253 characters\)$/,
    );
  },
);
