import { createServer, type RequestListener, type Server } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Authorize } from './basic-auth.ts';
import type { TlsConfig, WebConfig } from './web-config.ts';

/** How connections are served: with or without TLS, authentication and headers. */
export interface WebAccess {
  /** An HTTP server that does not listen: connections are given to it. */
  readonly server: Server;
  readonly isTls: boolean;
  /** Whether every client is served: without TLS and without authentication. */
  readonly isOpen: boolean;
  authorize(header: string | undefined): Promise<boolean | 'busy'>;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the client certificate of a connection is good enough. */
  isAllowed(socket: unknown): boolean;
}

/** Loads what a configuration needs. Rejects if it cannot be used. */
export async function openWebAccess(
  { tls, users, headers }: WebConfig,
  respond: (access: WebAccess) => RequestListener,
  handshakeTimeout: number,
): Promise<WebAccess> {
  // Connections have time limits of their own.
  const options = { keepAliveTimeout: 0 };
  const server = tls
    ? (await import('node:https')).createServer({ ...options, ...tls.options, handshakeTimeout })
    : createServer(options);
  const authorize: Authorize =
    users.size > 0 ? await (await import('./basic-auth.ts')).createAuthorize(users) : async () => true;
  const access: WebAccess = {
    server,
    isTls: tls !== undefined,
    isOpen: !tls && users.size === 0,
    authorize,
    headers,
    isAllowed: (socket) => !tls || isAllowedClient(socket as TLSSocket, tls),
  };
  server.on('request', respond(access));
  return access;
}

function isAllowedClient(socket: TLSSocket, { client, allowedNames }: TlsConfig): boolean {
  const certificate = socket.getPeerCertificate();
  const isGiven = certificate && Object.keys(certificate).length > 0;
  if (client === 'required' && !isGiven) return false;
  if (client === 'verified if given' && isGiven && !socket.authorized) return false;
  if (allowedNames.length === 0) return true;
  const names = (certificate?.subjectaltname ?? '').split(', ').map((name) => name.replace(/^[^:]+:/, ''));
  return allowedNames.some((name) => names.includes(name));
}
