import { readFile } from 'node:fs/promises';
import { extname, resolve, sep } from 'node:path';

/** @type {Record<string, string>} */
const TYPES = {
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.css': 'text/css',
  '.md': 'text/plain; charset=utf-8',
};

/**
 * Sends a file, or the file at `path` within a folder and never one outside it.
 *
 * @param {import('node:http').ServerResponse} response
 * @param {string} root
 * @param {string} [path]
 */
export async function sendFile(response, root, path = '') {
  const file = resolve(root, path);
  const inside = path === '' || file.startsWith(root + sep);
  const content = inside ? await readFile(file).catch(() => undefined) : undefined;
  if (content === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
    return;
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'cache-control': 'no-cache',
  });
  response.end(content);
}
