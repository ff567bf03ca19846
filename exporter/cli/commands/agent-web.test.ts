/** `--web.config.file`: TLS, client certificates and basic authentication. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CERTIFICATE, KEY } from '../../../test/fixtures/certificate.ts';
import { createIo, type FakeIo } from '../../../test/fixtures/io.ts';
import type { ProcTree } from '../../../test/fixtures/proc-tree.ts';
import { createRecordedHost } from '../../../test/fixtures/recorded-host.ts';
import { agent } from './agent.ts';

/** Of `secret`. */
const HASH = '$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW';
const TLS = 'tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n';
const CLIENTS = '  client_ca_file: cert.pem\n  client_auth_type: RequireAndVerifyClientCert\n';
const AUTH = `basic_auth_users:\n  ann: ${HASH}\n`;

let proc: ProcTree;
let io: FakeIo;
let folder: string;
let running: Promise<number>;

beforeEach(() => {
  proc = createRecordedHost();
  io = createIo();
  folder = mkdtempSync(join(tmpdir(), 'musubi-web-'));
  writeFileSync(join(folder, 'cert.pem'), CERTIFICATE);
  writeFileSync(join(folder, 'key.pem'), KEY);
});

afterEach(async () => {
  io.interrupt();
  await running.catch(() => {});
  rmSync(folder, { recursive: true });
  proc[Symbol.dispose]();
});

const write = (text: string) => writeFileSync(join(folder, 'web.yml'), text);

function run(): void {
  running = agent.run(
    [
      ...[
        '--capture',
        'procfs',
        '--proc-root',
        proc.root,
        '--dns',
        'off',
        '--nat',
        'off',
        '--interval',
        '10ms',
      ],
      ...['--web.listen-address', '127.0.0.1:0', '--web.config.file', join(folder, 'web.yml')],
    ],
    io,
  );
}

async function start(text: string): Promise<URL> {
  write(text);
  run();
  return vi.waitFor(
    () => new URL(/metrics="?(http[^"\s]+)/.exec(io.err())?.[1] ?? expect.fail(io.err())),
    5000,
  );
}

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

/** The status of a request by TLS; 0 if the server closes the connection. */
function get(url: URL, headers: Record<string, string> = {}, tls: object = {}): Promise<number> {
  return new Promise((resolve) => {
    const options = { ca: CERTIFICATE, headers, agent: false, ...tls };
    const sent = request(url, options, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', () => resolve(0)).end();
  });
}

it('serves by TLS, and no plain HTTP', async () => {
  const url = await start(TLS);
  expect(url.protocol).toBe('https:');
  expect(await get(url)).toBe(200);
  await expect(fetch(`http://${url.host}/metrics`)).rejects.toThrow();
  const anyName = { checkServerIdentity: () => undefined };
  expect(await get(url, { host: 'evil.example' }, anyName)).toBe(200);
});

it('serves those who know a password', async () => {
  const url = await start(AUTH);
  const status = async (headers = {}) => (await fetch(url, { headers })).status;
  expect(await status()).toBe(401);
  expect(await status(basic('ann:wrong'))).toBe(401);
  expect(await status(basic('bob:secret'))).toBe(401);
  expect(await status(basic('ann:secret'))).toBe(200);
  expect((await fetch(url)).headers.get('www-authenticate')).toBe('Basic');
  expect((await fetch(new URL('/healthz', url))).status).toBe(401);
});

it('requires client certificates', async () => {
  const url = await start(TLS + CLIENTS);
  expect(await get(url)).toBe(0);
  expect(await get(url, {}, { cert: CERTIFICATE, key: KEY })).toBe(200);
});

it.each([
  ['127.0.0.1', 200],
  ['10.0.0.1', 0],
])('requires a name of client certificates: %s', async (name, status) => {
  const url = await start(`${TLS}${CLIENTS}  client_allowed_sans: ['${name}']\n`);
  expect(await get(url, {}, { cert: CERTIFICATE, key: KEY })).toBe(status);
});

it('sends the headers of the file', async () => {
  const url = await start('http_server_config:\n  headers:\n    X-Frame-Options: sameorigin\n');
  expect((await fetch(url)).headers.get('x-frame-options')).toBe('sameorigin');
});

it('reads the file again when it changes, and refuses an invalid one', async () => {
  const url = await start(TLS);
  expect(await get(url)).toBe(200);
  write(TLS + AUTH);
  await vi.waitFor(async () => expect(await get(url)).toBe(401), 5000);
  expect(await get(url, basic('ann:secret'))).toBe(200);
  write('tls_server_config: {}\n');
  await vi.waitFor(async () => {
    await get(url);
    expect(io.err()).toMatch(
      /web configuration not reloaded.*web\.yml: tls_server_config: cert_file is missing/,
    );
  }, 5000);
  expect(await get(url)).toBe(401);
  expect(await get(url, basic('ann:secret'))).toBe(200);
});

it.each([
  ['an unknown key', 'tls_config: {}', /web\.yml: unknown key "tls_config"/],
  ['an unknown key below', `${TLS}  keyfile: x`, /tls_server_config: unknown key "keyfile"/],
  ['a missing file', 'tls_server_config: { cert_file: none.pem, key_file: key.pem }', /cert_file: ENOENT/],
  ['an invalid key', 'tls_server_config: { cert_file: cert.pem, key_file: web.yml }', /tls_server_config: /],
  [
    'a password that is not hashed',
    'basic_auth_users: { ann: secret }',
    /password of "ann" is not a bcrypt hash/,
  ],
  ['an unknown word', `${TLS}  min_version: TLS9`, /min_version: "TLS9" is not one of TLS10/],
  [
    'client certificates without their authority',
    `${TLS}  client_auth_type: RequireAndVerifyClientCert`,
    /needs client_ca_file/,
  ],
  ['invalid YAML', 'a: [', /web\.yml: /],
])('refuses %s', async (_title, text, message) => {
  write(text);
  run();
  await expect(running).rejects.toThrow(message);
});
