import { textField } from '@musubi/agent/http/json-fields';
import type { HttpResponse } from '@musubi/agent/http/request';
import { displayText } from '@musubi/agent/text/display-text';

/** Why a request to Prometheus failed. */
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

/** A failed request. The message names the server, never credentials. */
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

const CHECK_URL = 'check --prometheus-url or PROMETHEUS_URL';

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: `connection refused; ${CHECK_URL}`,
  ENOTFOUND: `unknown host; ${CHECK_URL}`,
  EAI_AGAIN: 'the host name cannot be resolved at the moment',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
};

/** Explains an error of Node's HTTP client. */
export function transportFailure(error: NodeJS.ErrnoException): Failure {
  const { code = '', message } = error;
  if (code === 'ERR_TOO_LARGE') return { kind: 'too-large', text: `${message}; use a shorter range` };
  const known = UNREACHABLE[code];
  if (known !== undefined) return { kind: 'unreachable', text: known };
  if (code.startsWith('HPE_')) return { kind: 'not-prometheus', text: 'the server does not speak HTTP' };
  if (/CERT|SIGN|TLS|SSL|^EPROTO$/.test(code)) {
    const hint = /ISSUER|SELF_SIGNED|FIRST|LEAF/.test(code) ? '; see --prometheus-ca-file' : '';
    return { kind: 'tls', text: `TLS: ${tlsReason(message)}${hint}` };
  }
  return { kind: 'unreachable', text: message };
}

/** OpenSSL's messages contain source files and lines, and Node.js adds advice after a `;`. */
function tlsReason(message: string): string {
  return /SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? message.split(';', 1)[0] ?? message;
}

/** Explains a response with a status other than 200. `body` is its parsed JSON, if it is JSON. */
export function statusFailure({ status, headers, text }: HttpResponse, body: unknown): Failure {
  const problem = textField(body, 'error');
  const detail = problem ?? (isPage(text) ? undefined : text);
  const reason = detail?.trim() ? `: ${shorten(displayText(detail.trim()))}` : '';
  if (status >= 300 && status < 400) {
    const target = URL.canParse(headers.location ?? '')
      ? new URL(headers.location ?? '').origin
      : 'elsewhere';
    return { kind: 'not-prometheus', text: `redirects to ${displayText(target)} (status ${status})` };
  }
  if (status === 401 || status === 403) {
    const hint = reason ? '' : '; see --prometheus-username and --prometheus-token-file';
    return { kind: 'denied', text: `access denied (status ${status})${reason}${hint}` };
  }
  if (status === 404 && problem === undefined) {
    const hint = 'the URL may need a path, such as /prometheus for Mimir';
    return { kind: 'not-found', text: `not a Prometheus API (status 404); ${hint}` };
  }
  const type = textField(body, 'errorType');
  if (type === 'timeout') return { kind: 'timeout', text: `query timed out${reason}; use a shorter range` };
  if (status === 413 || status === 414) return { kind: 'query', text: `query too long (status ${status})` };
  if (status < 500) return { kind: 'query', text: `query rejected (status ${status})${reason}` };
  return { kind: 'server', text: `server error (status ${status})${reason}` };
}

/** Explains a response that is not the expected JSON. */
export function formatFailure(text: string): Failure {
  if (isPage(text)) {
    return { kind: 'not-prometheus', text: `not a Prometheus API but a web page; ${CHECK_URL}` };
  }
  return { kind: 'not-prometheus', text: 'invalid response: expected JSON of the Prometheus API' };
}

function isPage(text: string): boolean {
  return /^\s*</.test(text);
}

const LONGEST = 300;

function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
