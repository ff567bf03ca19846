import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { RequestOptions } from 'node:https';

/** An answer with a body that is JSON. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

interface Limits {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Asks an HTTP server, over a Unix socket or TLS. Rejects with a reason for people; never waits past `signal`. */
export async function getJson(
  options: RequestOptions & { readonly protocol: 'http:' | 'https:' },
  limits: Limits,
): Promise<JsonAnswer> {
  // Most hosts ask no TLS server here, and need not load it.
  const send = options.protocol === 'https:' ? (await import('node:https')).request : request;
  try {
    const asked = send({ ...options, agent: false, signal: limits.signal });
    const answer = await responseTo(asked);
    return { status: answer.statusCode ?? 0, body: parse(await readText(answer, limits.maxBytes)) };
  } catch (error) {
    if (limits.signal.aborted) throw new Error('no answer in time', { cause: error });
    throw error;
  }
}

function responseTo(asked: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.once('response', resolve);
    asked.once('error', reject);
    asked.end();
  });
}

async function readText(answer: IncomingMessage, maxBytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > maxBytes) throw new Error(`an answer of more than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error('the answer is not JSON', { cause });
  }
}
