import { readFile } from 'node:fs/promises';
import type { SecureContextOptions } from 'node:tls';
import type { OptionValues } from '../config/option.ts';
import { refuseFile } from '../config/refuse-file.ts';
import { UsageError } from '../config/usage-error.ts';
import type { PROMETHEUS_OPTIONS } from './options.ts';

/** How to connect to Prometheus. */
export interface Connection {
  /** Without credentials, so that messages can show it, and without a trailing `/`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>;
  /** Timeout of one query in ms. */
  readonly timeout: number;
}

type Settings = OptionValues<typeof PROMETHEUS_OPTIONS>;

/** Reads the files of the settings. Rejects with `UsageError` for conflicting settings and unreadable files. */
export async function readConnection(settings: Settings): Promise<Connection> {
  const url = settings['prometheus-url'];
  const tenant = settings['prometheus-tenant'];
  const authorization = await readAuthorization(settings);
  const [ca, cert, key] = await Promise.all([
    readSetting(settings, 'prometheus-ca-file'),
    readSetting(settings, 'prometheus-cert-file'),
    readSetting(settings, 'prometheus-key-file'),
  ]);
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError('--prometheus-cert-file and --prometheus-key-file require each other');
  return {
    url: `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`,
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(tenant !== undefined && { 'x-scope-orgid': tenant }),
    },
    tls: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) },
    timeout: settings['prometheus-timeout'],
  };
}

async function readAuthorization(settings: Settings): Promise<string | undefined> {
  const url = settings['prometheus-url'];
  const username = settings['prometheus-username'];
  const passwordFile = settings['prometheus-password-file'];
  const methods = {
    '--prometheus-url with credentials': url.username !== '' || url.password !== '',
    '--prometheus-username': username !== undefined,
    '--prometheus-token-file': settings['prometheus-token-file'] !== undefined,
  };
  const given = Object.entries(methods).flatMap(([method, isGiven]) => (isGiven ? [method] : []));
  if (given.length > 1) throw new UsageError(`${given.join(' and ')} are mutually exclusive`);
  if ((username === undefined) !== (passwordFile === undefined))
    throw new UsageError('--prometheus-username and --prometheus-password-file require each other');

  if (url.username !== '' || url.password !== '') return basic(decode(url.username), decode(url.password));
  const token = await readSetting(settings, 'prometheus-token-file');
  if (token !== undefined) return `Bearer ${token}`;
  const password = await readSetting(settings, 'prometheus-password-file');
  return username === undefined ? undefined : basic(username, password ?? '');
}

/** RFC 7617, with UTF-8. */
function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The content of the file without trailing line ends; undefined if the setting is absent. */
async function readSetting(
  settings: Settings,
  name: 'prometheus-password-file' | 'prometheus-token-file' | `prometheus-${'ca' | 'cert' | 'key'}-file`,
): Promise<string | undefined> {
  const path = settings[name];
  if (path === undefined) return undefined;
  const text = await readFile(path, 'utf8').catch(refuseFile(`--${name}: cannot read ${path}`));
  const content = text.replace(/[\r\n]+$/, '');
  if (content === '') throw new UsageError(`--${name}: ${path} is empty`);
  if (name === 'prometheus-token-file' && !/^[!-~]+$/.test(content))
    throw new UsageError(
      `--${name}: ${path} does not contain a token (expected printable ASCII without spaces)`,
    );
  return content;
}
