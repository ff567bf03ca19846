import { EDGE_METRICS } from '@musubi/contract/catalogue';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../log.ts';
import { createSelfMetrics, type SelfMetrics } from '../self-metrics.ts';
import { type Batch, countPoints } from './batch.ts';
import { createPush, type Push } from './push.ts';
import type { Delivery } from './sender.ts';
import { toBatches } from './to-batches.ts';

const DELIVERED: Delivery = { state: 'delivered' };
const UNREACHABLE: Delivery = { state: 'unreachable', reason: 'ECONNREFUSED' };
const REJECTED: Delivery = { state: 'rejected', reason: 'too old' };
const TOO_LARGE: Delivery = { state: 'too large', reason: 'larger than max' };
const MINUTE = 60_000;

/** The points of each request, by the number of their batch. */
let sent: (number | string)[];
/** How the endpoint responds to a batch, by its number and points. */
let respond: (batch: number, points: number) => Delivery;
let toCollect: number;
let pointsEach: number;
let lines: string[];
let warned: [string, object][];
let self: SelfMetrics;
let push: Push;
let now: number;
let limits: number[];
let serial: number;

/** A batch whose points have its number as their value. */
function batch(): Batch {
  const value = ++serial;
  const points = Array.from({ length: pointsEach }, (_, pid) => ({
    attributes: { 'src.pid': pid },
    value,
    since: 0,
  }));
  const [made] = toBatches([{ definition: EDGE_METRICS.opened, points }], {}, 0);
  if (!made) throw new Error('no batch');
  return made;
}

function create(maxQueueBytes?: number): Push {
  return createPush({
    sender: () => ({
      async send(request) {
        const points = countPoints(request);
        const number = Number(request.metrics[0]?.dataPoints[0]?.value);
        sent.push(points === 1 ? number : `${number}x${points}`);
        return respond(number, points);
      },
      close() {},
    }),
    collect(maxBytes) {
      limits.push(maxBytes);
      return Array.from({ length: toCollect }, batch);
    },
    edgeExpiration: () => 5 * MINUTE,
    self,
    log: createLog((line) => lines.push(line)),
    warn: (message, fields) => void warned.push([message, fields]),
    uptime: () => now,
    ...(maxQueueBytes !== undefined && { maxQueueBytes }),
  });
}

beforeEach(() => {
  sent = [];
  lines = [];
  warned = [];
  limits = [];
  serial = 0;
  now = 0;
  toCollect = 1;
  pointsEach = 1;
  respond = () => DELIVERED;
  self = createSelfMetrics(() => 0);
  push = create();
});

const count = (name: string) =>
  self.families().find(({ definition }) => definition.name === `musubi.otlp.${name}`)?.points[0]?.value;
const linesWith = (text: string) => lines.filter((line) => line.includes(text));

it('delivers all batches of an export in order', async () => {
  toCollect = 3;
  await push.run();
  expect(sent).toEqual([1, 2, 3]);
  expect({ failed: count('batches.failed'), lines }).toEqual({ failed: 0, lines: [] });
});

describe('an unreachable endpoint', () => {
  it('gets the queued batches once it is reachable again, oldest first and each once', async () => {
    respond = () => UNREACHABLE;
    toCollect = 2;
    await push.run();
    await push.run();
    // No later batch is tried while the first is not delivered.
    expect(sent).toEqual([1, 1]);
    sent = [];
    respond = () => DELIVERED;
    await push.run();
    expect(sent).toEqual([1, 2, 3, 4, 5, 6]);
    sent = [];
    await push.run();
    expect(sent).toEqual([7, 8]);
  });

  it('that becomes unreachable halfway gets the rest later', async () => {
    toCollect = 3;
    respond = (number) => (number === 2 ? UNREACHABLE : DELIVERED);
    await push.run();
    expect(sent).toEqual([1, 2]);
    respond = () => DELIVERED;
    await push.run();
    expect(sent).toEqual([1, 2, 2, 3, 4, 5, 6]);
  });

  it('is logged once, and once when it is reachable again', async () => {
    respond = () => UNREACHABLE;
    for (let i = 0; i < 3; i++) await push.run();
    expect(linesWith('is unreachable')).toHaveLength(1);
    expect(linesWith('ECONNREFUSED')).toHaveLength(1);
    respond = () => DELIVERED;
    for (let i = 0; i < 3; i++) await push.run();
    expect(linesWith('is reachable again')).toHaveLength(1);
    respond = () => UNREACHABLE;
    await push.run();
    expect(linesWith('is unreachable')).toHaveLength(2);
  });

  it('for a long time costs exports in between first, then the oldest, which are counted', async () => {
    respond = () => UNREACHABLE;
    pointsEach = 100;
    push = create(8000);
    for (let minute = 0; minute < 60; minute++) {
      now = minute * MINUTE;
      await push.run();
    }
    sent = [];
    respond = () => DELIVERED;
    toCollect = 0;
    await push.run();
    const numbers = sent.map((text) => Number.parseInt(`${text}`, 10));
    expect(numbers.at(-1)).toBe(60);
    for (const [at, number] of numbers.entries())
      if (at > 0) expect(number - (numbers[at - 1] ?? 0)).toBeLessThanOrEqual(2);
    const [thinned = 0, dropped = 0] = [count('batches.thinned'), count('batches.dropped')].map(Number);
    expect(thinned + dropped).toBe(60 - numbers.length);
    expect(dropped).toBeGreaterThan(0);
    expect(warned[0]).toMatchObject([
      'the OTLP queue is full: the oldest batches are dropped',
      { batches: 1, 'kept.seconds': expect.any(Number) },
    ]);
  });

  it('is tried again when it wants to be, and not before', async () => {
    respond = () => ({ ...UNREACHABLE, retryAfter: 2 * MINUTE }) as Delivery;
    await push.run();
    expect(push.delay()).toBe(2 * MINUTE);
    respond = () => DELIVERED;
    now = MINUTE;
    await push.run();
    expect(sent).toEqual([1]);
    now = 2 * MINUTE;
    await push.retry();
    expect(sent).toEqual([1, 1, 2]);
    expect(push.delay()).toBe(0);
  });

  it('is tried at once where the delay is cancelled', async () => {
    respond = () => ({ ...UNREACHABLE, retryAfter: 2 * MINUTE }) as Delivery;
    await push.run();
    respond = () => DELIVERED;
    push.cancelDelay();
    await push.run();
    expect(sent).toEqual([1, 1, 2]);
  });

  it('is counted at every attempt', async () => {
    respond = () => UNREACHABLE;
    for (let i = 0; i < 3; i++) await push.run();
    expect({ failed: count('batches.failed'), dropped: count('batches.dropped') }).toEqual({
      failed: 3,
      dropped: 0,
    });
  });
});

it('does not send a rejected batch again, counts it, and continues with the next', async () => {
  toCollect = 2;
  respond = (number) => (number === 1 ? REJECTED : DELIVERED);
  await push.run();
  await push.run();
  expect(sent).toEqual([1, 2, 3, 4]);
  expect({ failed: count('batches.failed'), dropped: count('batches.dropped') }).toEqual({
    failed: 1,
    dropped: 1,
  });
  expect(warned).toEqual([['the OTLP endpoint rejected a batch', { reason: 'too old' }]]);
});

describe('a batch that is too large for the endpoint', () => {
  it('is sent in halves, and later ones are smaller', async () => {
    pointsEach = 8;
    respond = (_, points) => (points > 2 ? TOO_LARGE : DELIVERED);
    await push.run();
    expect(sent).toEqual(['1x8', '1x4', '1x2', '1x2', '1x4', '1x2', '1x2']);
    expect({ failed: count('batches.failed'), dropped: count('batches.dropped') }).toEqual({
      failed: 0,
      dropped: 0,
    });
    await push.run();
    expect(limits[1]).toBeLessThan(limits[0] ?? 0);
  });

  it('is dropped and counted if it has a single point', async () => {
    pointsEach = 2;
    respond = () => TOO_LARGE;
    await push.run();
    expect(count('batches.dropped')).toBe(2);
    expect(warned.at(-1)).toMatchObject([
      'the OTLP endpoint rejected a batch',
      { reason: 'a single point is too large: larger than max' },
    ]);
  });

  it('is sent in halves from the queue, too, and is kept whole while the endpoint is unreachable', async () => {
    pointsEach = 4;
    respond = () => UNREACHABLE;
    await push.run();
    sent = [];
    toCollect = 0;
    let attempts = 0;
    respond = (_, points) => (points > 2 ? TOO_LARGE : ++attempts === 2 ? UNREACHABLE : DELIVERED);
    await push.run();
    expect(sent).toEqual(['1x4', '1x2', '1x2']);
    sent = [];
    await push.run();
    expect(sent).toEqual(['1x4', '1x2', '1x2']);
    sent = [];
    await push.run();
    expect(sent).toEqual([]);
  });
});

it('counts the points that the endpoint rejects from a batch that it accepts', async () => {
  respond = () => ({ state: 'delivered', partial: { points: 3, message: 'too old' } });
  await push.run();
  expect(count('points.rejected')).toBe(3);
  expect(count('batches.failed')).toBe(0);
  expect(warned).toEqual([
    ['the OTLP endpoint accepted a batch in part', { rejected: 3, reason: 'too old' }],
  ]);
});
