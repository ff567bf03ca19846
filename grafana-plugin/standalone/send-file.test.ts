import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { sendFile } from './send-file.mjs';

const here = fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '');

/** Sends a file to nowhere and returns the status and content type. */
async function send(path: string): Promise<[number, string]> {
  let sent: [number, string] = [0, ''];
  const response = {
    writeHead(status: number, headers: Record<string, string>) {
      sent = [status, headers['content-type'] ?? ''];
      return response;
    },
    end() {},
  } as unknown as ServerResponse;
  await sendFile(response, here, path);
  return sent;
}

test('sends files within the folder', async () => {
  expect(await send('icons/spinner.svg')).toEqual([200, 'image/svg+xml']);
});

test('sends no files outside the folder, and no folders', async () => {
  for (const path of [
    '../package.json',
    '/etc/hostname',
    'icons/../../package.json',
    'icons',
    'nothing.js',
  ]) {
    expect((await send(path))[0]).toBe(404);
  }
});
