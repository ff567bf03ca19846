import { textField } from '@musubi/agent/http/json-fields';
import type { HttpResponse } from '@musubi/agent/http/request';
import { displayText } from '@musubi/agent/text/display-text';

/** Why Prometheus gave no answer that can be used. */
export type FailureKind =
  | 'unreachable'
  | 'tls'
  | 'timeout'
  | 'denied'
  | 'not-found'
  | 'query'
  | 'server'
  | 'not-prometheus'
  | 'too-large'
  | 'stopped';

/** A question that Prometheus did not answer. The message names the server, never credentials. */
export class PrometheusError extends Error {
  readonly code = 'ERR_PROMETHEUS';
  readonly kind: FailureKind;
  constructor(url: string, { kind, text }: Failure, options?: ErrorOptions) {
    super(`Prometheus at ${url}: ${text}`, options);
    this.name = 'PrometheusError';
    this.kind = kind;
  }
}

export interface Failure {
  readonly kind: FailureKind;
  readonly text: string;
}

const HOW_TO_NAME_IT = 'is it where --prometheus-url or PROMETHEUS_URL says?';

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: `connection refused; ${HOW_TO_NAME_IT}`,
  ENOTFOUND: `there is no host of that name; ${HOW_TO_NAME_IT}`,
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  ETIMEDOUT: 'the host does not answer',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to the network of the host',
};

/** What an error of Node's HTTP client means. */
export function transportFailure(error: NodeJS.ErrnoException): Failure {
  const { code = '', message } = error;
  if (code === 'ERR_TOO_LARGE') return { kind: 'too-large', text: `${message}; ask for a shorter range` };
  const known = UNREACHABLE[code];
  if (known !== undefined) return { kind: 'unreachable', text: known };
  if (code.startsWith('HPE_'))
    return { kind: 'not-prometheus', text: 'what answers there does not speak HTTP' };
  if (/CERT|SIGN|TLS|SSL|^EPROTO$/.test(code)) {
    const hint = /ISSUER|SELF_SIGNED|FIRST|LEAF/.test(code)
      ? '; --prometheus-ca-file names who may sign'
      : '';
    return { kind: 'tls', text: `TLS: ${tlsReason(message)}${hint}` };
  }
  return { kind: 'unreachable', text: message };
}

/** OpenSSL's messages hold its source files and lines, and Node.js adds advice after a `;`. */
function tlsReason(message: string): string {
  return /SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? message.split(';', 1)[0] ?? message;
}

/** What an answer with a status other than 200 means. `body` is its JSON, if it is that. */
export function statusFailure({ status, headers, text }: HttpResponse, body: unknown): Failure {
  const problem = textField(body, 'error');
  const said = problem ?? (isPage(text) ? undefined : text);
  const reason = said?.trim() ? `: ${shorten(displayText(said.trim()))}` : '';
  if (status >= 300 && status < 400) {
    const target = URL.canParse(headers.location ?? '')
      ? new URL(headers.location ?? '').origin
      : 'elsewhere';
    return { kind: 'not-prometheus', text: `it redirects to ${displayText(target)} (status ${status})` };
  }
  if (status === 401 || status === 403) {
    const hint = reason ? '' : '; see --prometheus-username and --prometheus-token-file';
    return { kind: 'denied', text: `it denies access (status ${status})${reason}${hint}` };
  }
  if (status === 404 && problem === undefined) {
    const hint = 'does the URL lack a path, such as /prometheus of Mimir?';
    return { kind: 'not-found', text: `there is no Prometheus API (status 404); ${hint}` };
  }
  const type = textField(body, 'errorType');
  if (type === 'timeout')
    return { kind: 'timeout', text: `it gave the query up${reason}; ask for a shorter range` };
  if (status === 413 || status === 414)
    return { kind: 'query', text: `the query is too long for it (status ${status})` };
  if (status < 500) return { kind: 'query', text: `it refuses the query (status ${status})${reason}` };
  return { kind: 'server', text: `it failed (status ${status})${reason}` };
}

/** What an answer that should be JSON, and is not, means. */
export function formatFailure(text: string): Failure {
  if (isPage(text)) {
    return { kind: 'not-prometheus', text: `a web page answers, and no Prometheus API; ${HOW_TO_NAME_IT}` };
  }
  return { kind: 'not-prometheus', text: 'the answer is no whole JSON of the Prometheus API' };
}

function isPage(text: string): boolean {
  return /^\s*</.test(text);
}

const LONGEST = 300;

function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
