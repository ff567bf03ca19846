import { text } from 'node:stream/consumers';

const TIMEOUT_MS = 60_000;

/**
 * Forwards a query to Prometheus and returns its response. If Prometheus cannot be reached, the error has the form of
 * its own errors, so that the page shows both in the same way.
 *
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {string} prometheusUrl
 */
export async function forwardToPrometheus(request, response, prometheusUrl) {
  if (request.method !== 'GET' && request.method !== 'POST') {
    response.writeHead(405, { allow: 'GET, POST' }).end();
    return;
  }
  try {
    const result = await fetch(prometheusUrl.replace(/\/+$/, '') + request.url, {
      method: request.method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(request.method === 'POST' && {
        body: await text(request),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
    });
    const type = result.headers.get('content-type') ?? 'application/json';
    const body = Buffer.from(await result.arrayBuffer());
    response.writeHead(result.status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  } catch (error) {
    const { message, cause } = /** @type {Error & { cause?: Error }} */ (error);
    const reason = cause?.message || message;
    response.writeHead(502, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        status: 'error',
        errorType: 'bad_gateway',
        error: `Prometheus at ${prometheusUrl} did not answer: ${reason}`,
      }),
    );
  }
}
