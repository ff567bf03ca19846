import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../log.ts';
import { createSelfMetrics, type SelfMetrics } from '../self-metrics.ts';
import { createPush, type Push } from './push.ts';
import type { Delivery } from './sender.ts';

const DELIVERED: Delivery = { state: 'delivered' };
const UNREACHABLE: Delivery = { state: 'unreachable', reason: 'ECONNREFUSED' };
const REJECTED: Delivery = { state: 'rejected', reason: 'too old' };

let sent: number[];
/** How the endpoint responds to a batch, by its number. */
let respond: (batch: number) => Delivery;
let toCollect: number;
let lines: string[];
let self: SelfMetrics;
let push: Push;

let serial = 0;
const numbers = new Map<ResourceMetrics, number>();

/** A batch with a number. */
function batch(): ResourceMetrics {
  const made: ResourceMetrics = { resource: resourceFromAttributes({}), scopeMetrics: [] };
  numbers.set(made, ++serial);
  return made;
}

beforeEach(() => {
  sent = [];
  lines = [];
  serial = 0;
  toCollect = 1;
  respond = () => DELIVERED;
  self = createSelfMetrics(() => 0);
  push = createPush({
    sender: {
      async send(one) {
        const number = numbers.get(one) ?? 0;
        sent.push(number);
        return respond(number);
      },
      close: async () => {},
    },
    collect: () => Array.from({ length: toCollect }, batch),
    self,
    log: createLog((line) => lines.push(line)),
  });
});

const count = (name: string) =>
  self.families().find(({ definition }) => definition.name === `musubi.otlp.batches.${name}`)?.points[0]
    ?.value;
const linesWith = (text: string) => lines.filter((line) => line.includes(text));

it('delivers all batches of an export in order', async () => {
  toCollect = 3;
  await push.run();
  expect(sent).toEqual([1, 2, 3]);
  expect({ failed: count('failed'), lines }).toEqual({ failed: 0, lines: [] });
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

  it('for a long time costs the oldest batches, which are counted and logged', async () => {
    respond = () => UNREACHABLE;
    toCollect = 50;
    for (let i = 0; i < 3; i++) await push.run();
    expect(count('dropped')).toBe(30);
    expect(linesWith('the oldest batches are dropped')).toHaveLength(1);
    sent = [];
    respond = () => DELIVERED;
    toCollect = 0;
    await push.run();
    expect(sent).toEqual(Array.from({ length: 120 }, (_, at) => at + 31));
  });

  it('is counted at every attempt', async () => {
    respond = () => UNREACHABLE;
    for (let i = 0; i < 3; i++) await push.run();
    expect({ failed: count('failed'), dropped: count('dropped') }).toEqual({ failed: 3, dropped: 0 });
  });
});

it('does not send a rejected batch again, counts it, and continues with the next', async () => {
  toCollect = 2;
  respond = (number) => (number === 1 ? REJECTED : DELIVERED);
  await push.run();
  await push.run();
  expect(sent).toEqual([1, 2, 3, 4]);
  expect({ failed: count('failed'), dropped: count('dropped') }).toEqual({ failed: 1, dropped: 1 });
  expect(linesWith('too old')).toHaveLength(1);
});
