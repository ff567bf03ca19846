import { option } from '../config/option.ts';
import { parseDuration, parseText } from '../config/values.ts';

/** The options of every command that queries Prometheus. */
export const PROMETHEUS_OPTIONS = {
  'prometheus-url': option({
    value: 'URL',
    help: 'base URL of Prometheus, Mimir, Thanos or VictoriaMetrics: the part before /api/v1',
    env: [{ name: 'PROMETHEUS_URL' }],
    parse: parseServer,
    default: 'http://127.0.0.1:9090',
  }),
  'prometheus-username': option({
    value: 'NAME',
    help: 'user name for basic authentication, with --prometheus-password-file',
    env: [{ name: 'PROMETHEUS_USERNAME' }],
    parse: parseText,
  }),
  'prometheus-password-file': option({
    value: 'FILE',
    help: 'file that contains only the password',
    env: [{ name: 'PROMETHEUS_PASSWORD_FILE' }],
    parse: parseText,
  }),
  'prometheus-token-file': option({
    value: 'FILE',
    help: 'file that contains only a bearer token',
    env: [{ name: 'PROMETHEUS_TOKEN_FILE' }],
    parse: parseText,
  }),
  'prometheus-tenant': option({
    value: 'NAME',
    help: 'Mimir tenant, sent as X-Scope-OrgID',
    env: [{ name: 'PROMETHEUS_TENANT' }],
    parse: parseTenant,
  }),
  'prometheus-ca-file': option({
    value: 'FILE',
    help: 'PEM file of trusted CA certificates (default: those of Node.js)',
    env: [{ name: 'PROMETHEUS_CA_FILE' }],
    parse: parseText,
  }),
  'prometheus-cert-file': option({
    value: 'FILE',
    help: 'PEM file of the client certificate, with --prometheus-key-file',
    env: [{ name: 'PROMETHEUS_CERT_FILE' }],
    parse: parseText,
  }),
  'prometheus-key-file': option({
    value: 'FILE',
    help: 'PEM file of its private key',
    env: [{ name: 'PROMETHEUS_KEY_FILE' }],
    parse: parseText,
  }),
  'prometheus-timeout': option({
    value: 'DURATION',
    help: 'timeout of one query',
    env: [{ name: 'PROMETHEUS_TIMEOUT' }],
    parse: parseDuration,
    default: '1m',
  }),
};

function parseServer(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new Error('expected a URL such as http://127.0.0.1:9090');
  if (url.search || url.hash) throw new Error('expected the URL of a server, without query and fragment');
  return url;
}

/** Mimir accepts letters, digits and some punctuation, with `|` between several tenants; a header accepts no more. */
function parseTenant(text: string): string {
  if (!/^[!-~]+$/.test(text)) throw new Error('expected a tenant name: printable ASCII without spaces');
  return text;
}
