import { randomBytes } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { contentSecurityPolicy } from './content-security-policy.mjs';
import { forwardToPrometheus } from './forward-to-prometheus.mjs';
import { sendFile } from './send-file.mjs';

const folder = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const PLUGIN = folder('../dist');
const PAGE = folder('../dist-standalone');
const DASHBOARD = folder('../../provisioning/grafana/dashboards/service-dependencies.json');

/**
 * The folders that files are served from, by the prefix of the URL's path.
 *
 * @param {string} page
 */
const mountsOf = (page) =>
  /** @type {const} */ ([
    ['/public/plugins/musubi-dependencies-panel/', PLUGIN],
    ['/public/build/img/', `${page}/img`],
    ['/host/', page],
  ]);

const QUERY_PATHS = new Set(['/api/v1/query', '/api/v1/query_range']);

/**
 * Serves the page that shows the built panel outside Grafana, with Prometheus behind `/api/v1/query`.
 *
 * @param {{ prometheusUrl: string, host?: string, port?: number, page?: string }} options port 0 takes a free one;
 *   `page` is the folder of another page that `buildPage` made
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function createPageServer({ prometheusUrl, host = '127.0.0.1', port = 0, page = PAGE }) {
  for (const built of [`${PLUGIN}/module.js`, `${page}/host.js`]) {
    await access(built).catch(() => {
      throw new Error(`${built} does not exist: run \`npm run build -w grafana-plugin\` first`);
    });
  }
  const server = createServer((request, response) => {
    answer(request, response, prometheusUrl, page).catch((error) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(String(error));
    });
  });
  await listen(server, port, host);
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {string} prometheusUrl
 * @param {string} page
 */
async function answer(request, response, prometheusUrl, page) {
  const { pathname, search } = new URL(request.url ?? '/', 'http://page');
  if (QUERY_PATHS.has(pathname)) return forwardToPrometheus(request, response, prometheusUrl);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  if (pathname === '/') return sendPage(response, page);
  // Links to any dashboard of Grafana lead here: there is no other.
  if (pathname.startsWith('/d/')) {
    response.writeHead(302, { location: `/${search}` }).end();
    return;
  }
  if (pathname === '/dashboard.json') return sendFile(response, DASHBOARD);
  const mount = mountsOf(page).find(([prefix]) => pathname.startsWith(prefix));
  if (mount) return sendFile(response, mount[1], decodeURIComponent(pathname.slice(mount[0].length)));
  response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {string} folder
 */
async function sendPage(response, folder) {
  const nonce = randomBytes(16).toString('base64');
  const page = await readFile(`${folder}/index.html`, 'utf8');
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy(nonce),
    'cache-control': 'no-store',
  });
  response.end(page.replaceAll('$NONCE', nonce));
}

/**
 * @param {import('node:http').Server} server
 * @param {number} port
 * @param {string} host
 * @returns {Promise<void>}
 */
function listen(server, port, host) {
  return new Promise((resolve, reject) => {
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      const taken = error.code === 'EADDRINUSE';
      reject(taken ? new Error(`port ${port} on ${host} is already in use`, { cause: error }) : error);
    });
    server.listen(port, host, resolve);
  });
}
