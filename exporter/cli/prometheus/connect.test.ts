import type { RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { CERTIFICATE, KEY } from '../../../test/fixtures/certificate.ts';
import { createHttpServer } from '../../../test/fixtures/http-server.ts';
import { createIo, type FakeIo } from '../../../test/fixtures/io.ts';
import { createTempFile } from '../../../test/fixtures/temp-file.ts';
import { resolveOptions } from '../config/resolve-options.ts';
import { createPrometheus } from './client.ts';
import { connect } from './connect.ts';
import { PROMETHEUS_OPTIONS } from './options.ts';

/** One sample, of value 1. */
const answer = (response: ServerResponse, more: object = {}) => {
  const data = { resultType: 'vector', result: [{ metric: { job: 'a' }, value: [0, '1'] }] };
  response.end(JSON.stringify({ status: 'success', data, ...more }));
};
const good: RequestListener = (_, response) => answer(response);
const SAMPLES = [{ labels: { job: 'a' }, value: 1 }];

async function query(argv: readonly string[], io: FakeIo = createIo()) {
  const settings = await resolveOptions(PROMETHEUS_OPTIONS, argv, io.env);
  const prometheus = await connect(settings, io);
  return prometheus.query('up{job="a"}', 1_700_000_000.1234);
}

const plain =
  (status: number, text: string): RequestListener =>
  (_, response) => {
    response.writeHead(status).end(text);
  };
const problem = (status: number, errorType: string, error: string) =>
  plain(status, JSON.stringify({ status: 'error', errorType, error }));

describe('a request', () => {
  it('is a POST below the path of the URL, with a timeout', async () => {
    await using server = await createHttpServer(good);
    expect(await query(['--prometheus-url', `${server.url}/prometheus/`])).toEqual(SAMPLES);
    expect(server.requests).toMatchObject([{ method: 'POST', path: '/prometheus/api/v1/query' }]);
    expect(Object.fromEntries(new URLSearchParams(server.requests[0]?.body))).toEqual({
      query: 'up{job="a"}',
      time: '1700000000.123',
      timeout: '60000ms',
    });
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('reads a range, samples and the values of a label', async () => {
    const matrix = { resultType: 'matrix', result: [{ metric: {}, values: [[1, '2']] }] };
    await using server = await createHttpServer(({ url }, response) => {
      response.end(JSON.stringify({ status: 'success', data: url?.includes('label') ? ['x', 'y'] : matrix }));
    });
    const settings = await resolveOptions(PROMETHEUS_OPTIONS, ['--prometheus-url', server.url], {});
    const prometheus = await connect(settings, createIo());
    const series = [{ labels: {}, points: [[1, 2]] }];
    expect(await prometheus.queryRange('up', { from: 1, to: 2, step: 0.5 })).toEqual(series);
    expect(await prometheus.querySamples('up[1h]', 2)).toEqual(series);
    expect(await prometheus.labelValues('job', ['up', 'down{a="&"}'], { from: 1, to: 2 })).toEqual([
      'x',
      'y',
    ]);
    expect(await prometheus.labelValues('job', ['up'])).toEqual(['x', 'y']);
    expect(server.requests[0]).toMatchObject({
      path: '/api/v1/query_range',
      body: expect.stringContaining('start=1&end=2&step=0.5'),
    });
    expect(server.requests.map(({ path }) => decodeURIComponent(path)).slice(2)).toEqual([
      '/api/v1/label/job/values?match[]=up&match[]=down{a="&"}&start=1&end=2',
      '/api/v1/label/job/values?match[]=up',
    ]);
  });

  it('goes to the server of PROMETHEUS_URL', async () => {
    await using server = await createHttpServer(good);
    expect(await query([], createIo({ PROMETHEUS_URL: server.url }))).toEqual(SAMPLES);
  });

  it('carries the credentials', async () => {
    await using server = await createHttpServer(good);
    using secret = createTempFile('s:3cret ü\n');
    using token = createTempFile('abc.def\n');
    const url = ['--prometheus-url', server.url];
    await query(['--prometheus-url', server.url.replace('//', '//us%40er:p%3Aw@')]);
    await query([...url, '--prometheus-username', 'me', '--prometheus-password-file', secret.path]);
    await query([...url, '--prometheus-token-file', token.path, '--prometheus-tenant', 'team-a|team-b']);
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      basic('us@er:p:w'),
      basic('me:s:3cret ü'),
      'Bearer abc.def',
    ]);
    expect(server.requests[2]?.headers['x-scope-orgid']).toBe('team-a|team-b');
  });

  it('uses TLS with a client certificate if both certificates are trusted', async () => {
    const tls = { key: KEY, cert: CERTIFICATE };
    using certificate = createTempFile(CERTIFICATE);
    using key = createTempFile(KEY);
    await using server = await createHttpServer(good, {
      ...tls,
      ca: CERTIFICATE,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const trusted = ['--prometheus-url', server.url, '--prometheus-ca-file', certificate.path];
    const own = ['--prometheus-cert-file', certificate.path, '--prometheus-key-file', key.path];
    expect(await query([...trusted, ...own])).toEqual(SAMPLES);
    await expect(query(trusted)).rejects.toMatchObject({ kind: expect.stringMatching(/tls|unreachable/) });
    await expect(query(['--prometheus-url', server.url, ...own])).rejects.toThrow(
      `Prometheus at ${server.url}: TLS: self-signed certificate; see --prometheus-ca-file`,
    );
    expect(server.requests).toHaveLength(1);
    const http = server.url.replace('https', 'http');
    await expect(query(['--prometheus-url', http])).rejects.toMatchObject({ kind: 'unreachable' });
  });
});

describe('an error names the server without its password if it', () => {
  const URL_OF = (url: string) => url.replace('//', '//me:hush@');

  it.each<[string, RequestListener, kind: string, message: string]>([
    ['denies access', plain(401, ''), 'denied', 'access denied (status 401); see --prometheus-username and'],
    ['denies a tenant', plain(401, 'no org id\n'), 'denied', 'access denied (status 401): no org id'],
    ['forbids', plain(403, '<html>no</html>'), 'denied', 'access denied (status 403); see'],
    [
      'has another path',
      plain(404, '404 page not found\n'),
      'not-found',
      'not a Prometheus API (status 404); the URL may need a path',
    ],
    [
      'rejects the query',
      problem(400, 'bad_data', 'parse error: x'),
      'query',
      'query rejected (status 400): parse error: x',
    ],
    [
      'runs out of memory',
      problem(422, 'execution', 'query processing would load too many samples into memory'),
      'query',
      'query rejected (status 422): query processing would load too many samples',
    ],
    [
      'times the query out',
      problem(503, 'timeout', 'query timed out in expression evaluation'),
      'timeout',
      'query timed out: query timed out in expression evaluation; use a shorter range',
    ],
    [
      'limits the rate',
      plain(429, 'slow\u001b[2J down'),
      'query',
      'query rejected (status 429): slow\\x1b[2J down',
    ],
    [
      'is not ready',
      plain(503, 'Service Unavailable'),
      'server',
      'server error (status 503): Service Unavailable',
    ],
    [
      'is behind a failing proxy',
      plain(502, '<html><h1>Bad Gateway</h1></html>'),
      'server',
      'server error (status 502)',
    ],
    [
      'is a web page',
      plain(200, '<!doctype html><title>Grafana</title>'),
      'not-prometheus',
      'not a Prometheus API but a web page',
    ],
    [
      'truncates its JSON',
      plain(200, '{"status":"success","data":{"resultTy'),
      'not-prometheus',
      'invalid response: expected JSON',
    ],
    [
      'returns other JSON',
      plain(200, '{"hello":"world"}'),
      'not-prometheus',
      'invalid response: expected JSON',
    ],
    ['returns null', plain(200, 'null'), 'not-prometheus', 'invalid response: expected JSON'],
    ['returns an empty body', plain(200, ''), 'not-prometheus', 'invalid response: expected JSON'],
    ['fails with 200', problem(200, 'internal', 'x'), 'not-prometheus', 'invalid response: expected JSON'],
    [
      'returns another type',
      plain(200, '{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}'),
      'not-prometheus',
      'invalid response: expected JSON',
    ],
    [
      'redirects',
      (_, response) => response.writeHead(302, { location: 'https://me:hush@login.example/x?y=hush' }).end(),
      'not-prometheus',
      'redirects to https://login.example (status 302)',
    ],
    ['redirects without a location', plain(301, ''), 'not-prometheus', 'redirects to elsewhere (status 301)'],
    ['closes the connection', ({ socket }) => socket.destroy(), 'unreachable', 'connection reset'],
    [
      'closes the connection within the response',
      (_, response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{');
        setImmediate(() => response.destroy());
      },
      'unreachable',
      'connection reset',
    ],
  ])('%s', async (_, listener, kind, message) => {
    await using server = await createHttpServer(listener);
    const error: Error = await query(['--prometheus-url', URL_OF(server.url)]).then(
      () => expect.fail(),
      (error) => error,
    );
    expect(error).toMatchObject({ code: 'ERR_PROMETHEUS', kind });
    expect(error.message).toContain(message);
    expect(error.message).toMatch(new RegExp(`^Prometheus at ${server.url}: `));
    expect(error.message).not.toContain('hush');
  });

  it('refuses the connection', async () => {
    const server = await createHttpServer(good);
    await server[Symbol.asyncDispose]();
    await expect(query(['--prometheus-url', URL_OF(server.url)])).rejects.toThrow(
      `Prometheus at ${server.url}: connection refused; check --prometheus-url or PROMETHEUS_URL`,
    );
  });

  it('has an unknown host name', async () => {
    await expect(query(['--prometheus-url', 'http://nobody.invalid'])).rejects.toMatchObject({
      kind: 'unreachable',
    });
  });

  it('does not speak HTTP', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await expect(query(['--prometheus-url', `http://127.0.0.1:${port}`])).rejects.toThrow(
      'does not speak HTTP',
    );
    await expect(query(['--prometheus-url', `https://127.0.0.1:${port}`])).rejects.toThrow(
      'TLS: wrong version number',
    );
    server.close();
  });

  it('does not respond in time', async () => {
    await using server = await createHttpServer(() => {});
    await expect(
      query(['--prometheus-url', server.url, '--prometheus-timeout', '50ms']),
    ).rejects.toMatchObject({
      kind: 'timeout',
      message: `Prometheus at ${server.url}: no response within 0.05 s (--prometheus-timeout)`,
    });
  });

  it('never finishes its response', async () => {
    await using server = await createHttpServer((_, response) => {
      response.write('{"status":');
    });
    await expect(
      query(['--prometheus-url', server.url, '--prometheus-timeout', '50ms']),
    ).rejects.toMatchObject({ kind: 'timeout' });
  });

  it('returns too much', async () => {
    await using server = await createHttpServer((_, response) => response.end('x'.repeat(2000)));
    const connection = { url: server.url, headers: {}, tls: {}, timeout: 5000 };
    const options = { warn: () => {}, stop: createIo().stop, maxBytes: 1000 };
    await expect(createPrometheus(connection, options).query('up', 1)).rejects.toMatchObject({
      kind: 'too-large',
      message: `Prometheus at ${server.url}: response larger than 1000 bytes; use a shorter range`,
    });
  });
});

it('is aborted with the command', async () => {
  const io = createIo();
  await using server = await createHttpServer(() => io.interrupt());
  await expect(query(['--prometheus-url', server.url], io)).rejects.toMatchObject({ kind: 'stopped' });
});

it('prints each warning once', async () => {
  const io = createIo();
  await using server = await createHttpServer((_, response) =>
    answer(response, { warnings: ['half\n of it', 'half\n of it'] }),
  );
  expect(await query(['--prometheus-url', server.url], io)).toEqual(SAMPLES);
  expect(io.err()).toBe('note: Prometheus warns: half\\n of it\n');
});

describe('rejects', () => {
  it.each([
    [
      ['--prometheus-url', 'ftp://me:hush@host'],
      'invalid value for --prometheus-url: "ftp://***@host" (expected a URL such as',
    ],
    [
      ['--prometheus-url', 'me:hush/@host'],
      'invalid value for --prometheus-url: "***@host" (expected a URL such as',
    ],
    [
      ['--prometheus-url', 'http://me:hush@host/?x'],
      'invalid value for --prometheus-url: "http://***@host/?x" (expected the URL of a server',
    ],
    [
      ['--prometheus-tenant', 'a b'],
      'invalid value for --prometheus-tenant: "a b" (expected a tenant name: printable ASCII without spaces)',
    ],
    [
      ['--prometheus-username', 'me'],
      '--prometheus-username and --prometheus-password-file require each other',
    ],
    [
      ['--prometheus-password-file', '/x'],
      '--prometheus-username and --prometheus-password-file require each other',
    ],
    [['--prometheus-cert-file', '/dev/null'], '--prometheus-cert-file: /dev/null is empty'],
    [
      ['--prometheus-token-file', '/nowhere'],
      '--prometheus-token-file: cannot read /nowhere: ENOENT: no such file',
    ],
    [
      ['--prometheus-url', 'http://me:hush@host', '--prometheus-token-file', '/x'],
      '--prometheus-url with credentials and --prometheus-token-file are mutually exclusive',
    ],
  ])('%j', async (argv, message) => {
    const error: Error = await query(argv).then(
      () => expect.fail(),
      (error) => error,
    );
    expect(error).toMatchObject({ code: 'ERR_USAGE', message: expect.stringContaining(message) });
    expect(error.message).not.toContain('hush');
  });

  it('a token of several lines, which a header cannot contain', async () => {
    using token = createTempFile('hush\nhush');
    const error: Error = await query(['--prometheus-token-file', token.path]).then(
      () => expect.fail(),
      (error) => error,
    );
    expect(error.message).toContain(`${token.path} does not contain a token`);
    expect(error.message).not.toContain('hush');
  });

  it('a certificate without a key', async () => {
    using certificate = createTempFile(CERTIFICATE);
    await expect(query(['--prometheus-cert-file', certificate.path])).rejects.toThrow('require each other');
  });
});
