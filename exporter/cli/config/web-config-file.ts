import { readFile } from 'node:fs/promises';
import type { ServerOptions } from 'node:https';
import { dirname, resolve } from 'node:path';
import type { TlsConfig, WebConfig } from '@musubi/agent/metrics/web-config';
import { refuseFile } from './refuse-file.ts';
import { UsageError } from './usage-error.ts';

/**
 * Reads `--web.config.file`, with the keys of Prometheus's exporters
 * (https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md). Paths are relative to it. Throws
 * `UsageError` that names the file and the key.
 */
export async function readWebConfig(path: string): Promise<WebConfig> {
  const text = await readFile(path, 'utf8').catch(refuseFile(`cannot read the web configuration ${path}`));
  // Imported on demand, as most agents have no such file.
  const { parse } = await import('yaml');
  try {
    const root = fieldsOf(parse(text) ?? {}, '', [
      'tls_server_config',
      'http_server_config',
      'basic_auth_users',
    ]);
    const files = [path];
    return {
      tls: await tlsOf(root.tls_server_config, dirname(path), files),
      users: usersOf(root.basic_auth_users),
      headers: headersOf(root.http_server_config),
      files,
    };
  } catch (cause) {
    throw new UsageError(`${path}: ${(cause as Error).message}`, { cause });
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown, key: string, known: readonly string[]): Fields {
  const place = key === '' ? '' : `${key}: `;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${place}expected a mapping of ${known.join(', ')}`);
  for (const name of Object.keys(value))
    if (!known.includes(name)) throw new Error(`${place}unknown key ${JSON.stringify(name)}`);
  return value as Fields;
}

const CLIENT_AUTH = {
  NoClientCert: { requestCert: false, rejectUnauthorized: false, client: 'any' },
  RequestClientCert: { requestCert: true, rejectUnauthorized: false, client: 'any' },
  RequireClientCert: { requestCert: true, rejectUnauthorized: false, client: 'required' },
  RequireAnyClientCert: { requestCert: true, rejectUnauthorized: false, client: 'required' },
  VerifyClientCertIfGiven: { requestCert: true, rejectUnauthorized: false, client: 'verified if given' },
  RequireAndVerifyClientCert: { requestCert: true, rejectUnauthorized: true, client: 'any' },
} as const;

const VERSIONS = { TLS10: 'TLSv1', TLS11: 'TLSv1.1', TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const;
const CURVES = { CurveP256: 'P-256', CurveP384: 'P-384', CurveP521: 'P-521', X25519: 'X25519' } as const;
/** The names of Go, and those of OpenSSL. */
const CIPHERS = {
  TLS_AES_128_GCM_SHA256: 'TLS_AES_128_GCM_SHA256',
  TLS_AES_256_GCM_SHA384: 'TLS_AES_256_GCM_SHA384',
  TLS_CHACHA20_POLY1305_SHA256: 'TLS_CHACHA20_POLY1305_SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
} as const;

const TLS_KEYS = [
  ...['cert_file', 'key_file', 'cert', 'key', 'client_auth_type', 'client_ca_file', 'client_ca'],
  ...['client_allowed_sans', 'min_version', 'max_version', 'cipher_suites', 'curve_preferences'],
  'prefer_server_cipher_suites',
];

async function tlsOf(value: unknown, folder: string, files: string[]): Promise<TlsConfig | undefined> {
  if (value === undefined || value === null) return undefined;
  const fields = fieldsOf(value, 'tls_server_config', TLS_KEYS);
  const pem = async (name: string) => {
    const [inline, file] = [fields[name], fields[`${name}_file`]];
    if (inline !== undefined && file !== undefined)
      throw new Error(`${name} and ${name}_file exclude each other`);
    if (file === undefined) return inline === undefined ? undefined : textOf(inline, name);
    const path = resolve(folder, textOf(file, `${name}_file`));
    files.push(path);
    return readFile(path, 'utf8').catch((cause: Error) => {
      throw new Error(`${name}_file: ${cause.message}`, { cause });
    });
  };
  const [cert, key, ca] = [await pem('cert'), await pem('key'), await pem('client_ca')];
  if (cert === undefined) throw new Error('tls_server_config: cert_file is missing');
  if (key === undefined) throw new Error('tls_server_config: key_file is missing');
  const { client_auth_type = ca === undefined ? 'NoClientCert' : 'RequireAndVerifyClientCert' } = fields;
  const { client, ...request } = wordOf(client_auth_type, 'client_auth_type', CLIENT_AUTH);
  const isVerified = /Verify/.test(`${client_auth_type}`);
  if (isVerified && ca === undefined)
    throw new Error(`client_auth_type ${client_auth_type} needs client_ca_file`);
  const list = <T>(name: string, words: Readonly<Record<string, T>>) =>
    fields[name] === undefined
      ? undefined
      : listOf(fields[name], name).map((word) => wordOf(word, name, words));
  const [ciphers, curves] = [list('cipher_suites', CIPHERS), list('curve_preferences', CURVES)];
  const options: ServerOptions = {
    ...{ cert, key, ...request },
    ...(ca !== undefined && { ca }),
    minVersion: wordOf(fields.min_version ?? 'TLS12', 'min_version', VERSIONS),
    maxVersion: wordOf(fields.max_version ?? 'TLS13', 'max_version', VERSIONS),
    ...(ciphers && { ciphers: ciphers.join(':') }),
    ...(curves && { ecdhCurve: curves.join(':') }),
    honorCipherOrder: booleanOf(fields.prefer_server_cipher_suites ?? true, 'prefer_server_cipher_suites'),
  };
  try {
    process.getBuiltinModule('node:tls').createSecureContext(options);
  } catch (cause) {
    throw new Error(`tls_server_config: ${(cause as Error).message}`, { cause });
  }
  return { options, client, allowedNames: listOf(fields.client_allowed_sans ?? [], 'client_allowed_sans') };
}

function usersOf(value: unknown): Map<string, string> {
  if (value === undefined || value === null) return new Map();
  if (typeof value !== 'object' || Array.isArray(value))
    throw new Error('basic_auth_users: expected a mapping of users to bcrypt hashes');
  return new Map(
    Object.entries(value).map(([user, hash]) => {
      if (!/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/.test(`${hash}`))
        throw new Error(`basic_auth_users: the password of ${JSON.stringify(user)} is not a bcrypt hash`);
      return [user, `${hash}`];
    }),
  );
}

const HEADERS = [
  ...['Content-Security-Policy', 'Strict-Transport-Security', 'X-Content-Type-Options', 'X-Frame-Options'],
  'X-XSS-Protection',
];

/** HTTP/2 is not spoken, and no client needs it. */
function headersOf(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  const { http2 = true, headers = {} } = fieldsOf(value, 'http_server_config', ['http2', 'headers']);
  booleanOf(http2, 'http2');
  const given = Object.entries(fieldsOf(headers, 'headers', HEADERS));
  return Object.fromEntries(given.map(([name, text]) => [name.toLowerCase(), textOf(text, name)]));
}

function textOf(value: unknown, key: string): string {
  if (typeof value !== 'string' || value === '') throw new Error(`${key}: expected a text`);
  return value;
}

function booleanOf(value: unknown, key: string): boolean {
  if (typeof value !== 'boolean') throw new Error(`${key}: expected true or false`);
  return value;
}

function listOf(value: unknown, key: string): string[] {
  if (!Array.isArray(value)) throw new Error(`${key}: expected a list`);
  return value.map((entry) => textOf(entry, key));
}

function wordOf<T>(value: unknown, key: string, words: Readonly<Record<string, T>>): T {
  const found = Object.entries(words).find(([word]) => word === value);
  if (!found)
    throw new Error(`${key}: ${JSON.stringify(value)} is not one of ${Object.keys(words).join(', ')}`);
  return found[1];
}
