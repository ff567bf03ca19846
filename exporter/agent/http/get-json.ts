import { type HttpRequest, type RequestLimits, request } from './request.ts';

export interface JsonResponse {
  readonly status: number;
  readonly body: unknown;
}

/** Requests JSON over a Unix socket or TLS. Rejects with a readable reason, also when `signal` aborts. */
export async function getJson(options: HttpRequest, limits: RequestLimits): Promise<JsonResponse> {
  try {
    const { status, text } = await request({ ...options, agent: false }, limits);
    return { status, body: parse(text) };
  } catch (error) {
    if (limits.signal.aborted) throw new Error('no response in time', { cause: error });
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error('the response is not JSON', { cause });
  }
}
