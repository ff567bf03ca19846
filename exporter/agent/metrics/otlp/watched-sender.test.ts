import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { rootCertificates } from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';
import { CERTIFICATE, KEY } from '../../../../test/fixtures/certificate.ts';
import { otlpTo } from '../../../../test/fixtures/otlp-settings.ts';
import { createTempFile } from '../../../../test/fixtures/temp-file.ts';
import type { Batch } from './batch.ts';
import type { Sender, SenderContext } from './sender.ts';
import { watchSender } from './watched-sender.ts';

const EMPTY: Batch = { resource: {}, metrics: [], bytes: 0 };

it('reads certificate files again when they change', async () => {
  const server = createServer({ key: KEY, cert: CERTIFICATE }, (request, response) => {
    request.resume().on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  using ca = createTempFile(rootCertificates[0] ?? '');
  const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`;
  const tls = { ca: ca.path, cert: undefined, key: undefined };
  const sender = await watchSender(otlpTo('http/protobuf', endpoint, { tls }));
  const send = async () => {
    await sender.refresh();
    return sender.current().send(EMPTY);
  };
  expect(await send()).toMatchObject({
    state: 'unreachable',
    reason: expect.stringContaining('self-signed'),
  });
  writeFileSync(ca.path, CERTIFICATE);
  expect(await send()).toMatchObject({ state: 'delivered' });
});

it('opens the sender again for other settings, and keeps it if that fails', async () => {
  const opened: string[] = [];
  const closed: string[] = [];
  const open = async ({ endpoint }: { endpoint: string }, _context: SenderContext): Promise<Sender> => {
    if (endpoint === 'http://bad') throw new Error('bad');
    opened.push(endpoint);
    return {
      send: async () => ({ state: 'rejected', reason: endpoint }),
      close: () => void closed.push(endpoint),
    };
  };
  const sender = await watchSender(otlpTo('grpc', 'http://a'), open);
  const reason = () => sender.current().send(EMPTY);
  await sender.refresh();
  await sender.refresh(otlpTo('grpc', 'http://a'));
  expect(opened).toEqual(['http://a']);
  await expect(sender.refresh(otlpTo('grpc', 'http://bad'))).rejects.toThrow('bad');
  expect(await reason()).toMatchObject({ reason: 'http://a' });
  await sender.refresh(otlpTo('grpc', 'http://b'));
  expect(await reason()).toMatchObject({ reason: 'http://b' });
  expect(closed).toEqual(['http://a']);
});
