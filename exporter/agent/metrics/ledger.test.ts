import { describe, expect, it } from 'vitest';
import { halfEdge } from '../../../test/fixtures/half-edges.ts';
import { createLedger } from './ledger.ts';

const EDGE_EXPIRATION = 1000;

it('keeps sums that only grow, and what is open as it is', () => {
  const ledger = createLedger(EDGE_EXPIRATION);
  ledger.record([halfEdge({ open: 2, opened: 2, transmittedBytes: 100, rttSum: 0.5, rttCount: 2 })], 1);
  ledger.record([halfEdge({ open: 1, opened: 0, transmittedBytes: 50, rttSum: 0.1, rttCount: 1 })], 2);
  expect(ledger.entries()).toMatchObject([
    { since: 1, lastSeen: 2, open: 1, opened: 2, transmittedBytes: 150, rttSum: 0.1, rttCount: 1 },
  ]);
});

it('adds up failures and set-up times', () => {
  const ledger = createLedger(EDGE_EXPIRATION);
  ledger.record([halfEdge({ failed: [1, 0, 2], setup: { counts: [1, 0], sum: 0.5 } })], 1);
  ledger.record([halfEdge()], 2);
  ledger.record([halfEdge({ failed: [0, 1, 1], setup: { counts: [0, 3], sum: 0.25 } })], 3);
  expect(ledger.entries()).toMatchObject([{ failed: [1, 1, 3], setup: { counts: [1, 3], sum: 0.75 } }]);
});

it('shows nothing open, but all sums, of what a pass did not see', () => {
  const ledger = createLedger(EDGE_EXPIRATION);
  ledger.record([halfEdge({ open: 2, opened: 2, rttSum: 0.5, rttCount: 2 })], 1);
  ledger.record([], 2);
  expect(ledger.entries()).toMatchObject([{ lastSeen: 1, open: 0, opened: 2, rttSum: 0, rttCount: 0 }]);
});

it('merges half-edges of the same attributes: two namespaces, say', () => {
  const ledger = createLedger(EDGE_EXPIRATION);
  const one = halfEdge({ netns: 1, open: 1, opened: 1, receivedBytes: 10 });
  const two = halfEdge({ netns: 2, open: 2, opened: 2, receivedBytes: 20, retransmits: 3 });
  ledger.record([one, two], 1);
  expect(ledger.entries()).toMatchObject([{ open: 3, opened: 3, receivedBytes: 30, retransmits: 3 }]);
});

it.each([
  ['direction', { direction: 'inbound' }],
  ['port', { port: 81 }],
  ['transport', { transport: 'udp' }],
  ['address', { remoteAddress: '10.0.0.8' }],
] as const)('keeps edges of another %s apart', (_name, fields) => {
  const ledger = createLedger(EDGE_EXPIRATION);
  ledger.record([halfEdge(), halfEdge(fields)], 1);
  expect(ledger.entries()).toHaveLength(2);
});

it('leaves a count out that no source gave', () => {
  const ledger = createLedger(EDGE_EXPIRATION);
  ledger.record([halfEdge()], 1);
  expect(ledger.entries()[0]).not.toHaveProperty('transmittedBytes');
  ledger.record([halfEdge({ transmittedBytes: 0 })], 2);
  expect(ledger.entries()[0]).toHaveProperty('transmittedBytes', 0);
});

describe('an edge out of use', () => {
  it('is kept for the time set, to the millisecond, and then forgotten', () => {
    const ledger = createLedger(EDGE_EXPIRATION);
    ledger.record([halfEdge()], 1);
    ledger.record([], 1 + EDGE_EXPIRATION);
    expect(ledger.entries()).toHaveLength(1);
    ledger.record([], 2 + EDGE_EXPIRATION);
    expect(ledger.entries()).toEqual([]);
  });

  it.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])('is kept no longer and no shorter when the clock is set %s', (_title, jump) => {
    const ledger = createLedger(EDGE_EXPIRATION);
    const start = 1e12;
    ledger.record([halfEdge()], start, 1);
    ledger.record([], start + jump, 1 + EDGE_EXPIRATION);
    expect(ledger.entries()).toHaveLength(1);
    ledger.record([], start + jump, 2 + EDGE_EXPIRATION);
    expect(ledger.entries()).toEqual([]);
  });

  it('begins anew when it comes back', () => {
    const ledger = createLedger(EDGE_EXPIRATION);
    ledger.record([halfEdge({ opened: 5 })], 1);
    ledger.record([], 5000);
    ledger.record([halfEdge({ opened: 1 })], 6000);
    expect(ledger.entries()).toMatchObject([{ since: 6000, opened: 1 }]);
  });

  it('is never forgotten where the time is without end', () => {
    const ledger = createLedger(Number.POSITIVE_INFINITY);
    ledger.record([halfEdge()], 0);
    ledger.record([], Number.MAX_SAFE_INTEGER);
    expect(ledger.entries()).toHaveLength(1);
  });
});
