import { describe, expect, it } from 'vitest';
import { halfEdge } from '../../../test/fixtures/half-edges.ts';
import { createLedger } from './ledger.ts';

const EDGE_EXPIRATION = 1000;

it('adds up sums, and keeps the latest number of open connections', () => {
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

it('reports no open connections, but all sums, for an edge that is not in the reading', () => {
  const ledger = createLedger(EDGE_EXPIRATION);
  ledger.record([halfEdge({ open: 2, opened: 2, rttSum: 0.5, rttCount: 2 })], 1);
  ledger.record([], 2);
  expect(ledger.entries()).toMatchObject([{ lastSeen: 1, open: 0, opened: 2, rttSum: 0, rttCount: 0 }]);
});

it('merges half-edges with the same attributes, such as of two namespaces', () => {
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
] as const)('makes separate entries by %s', (_name, fields) => {
  const ledger = createLedger(EDGE_EXPIRATION);
  ledger.record([halfEdge(), halfEdge(fields)], 1);
  expect(ledger.entries()).toHaveLength(2);
});

it('leaves out a count that no capture gives', () => {
  const ledger = createLedger(EDGE_EXPIRATION);
  ledger.record([halfEdge()], 1);
  expect(ledger.entries()[0]).not.toHaveProperty('transmittedBytes');
  ledger.record([halfEdge({ transmittedBytes: 0 })], 2);
  expect(ledger.entries()[0]).toHaveProperty('transmittedBytes', 0);
});

describe('an unused edge', () => {
  it('is kept until it expires, to the millisecond', () => {
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
  ])('expires at the same time if the clock is set %s', (_title, jump) => {
    const ledger = createLedger(EDGE_EXPIRATION);
    const start = 1e12;
    ledger.record([halfEdge()], start, 1);
    ledger.record([], start + jump, 1 + EDGE_EXPIRATION);
    expect(ledger.entries()).toHaveLength(1);
    ledger.record([], start + jump, 2 + EDGE_EXPIRATION);
    expect(ledger.entries()).toEqual([]);
  });

  it('starts at zero when it is used again', () => {
    const ledger = createLedger(EDGE_EXPIRATION);
    ledger.record([halfEdge({ opened: 5 })], 1);
    ledger.record([], 5000);
    ledger.record([halfEdge({ opened: 1 })], 6000);
    expect(ledger.entries()).toMatchObject([{ since: 6000, opened: 1 }]);
  });

  it('never expires if the expiration is infinite', () => {
    const ledger = createLedger(Number.POSITIVE_INFINITY);
    ledger.record([halfEdge()], 0);
    ledger.record([], Number.MAX_SAFE_INTEGER);
    expect(ledger.entries()).toHaveLength(1);
  });
});

it.each([
  ['ahead', 3_600_000],
  ['back', -3_600_000],
])('moves the time of last use with a clock that is set %s', (_title, jump) => {
  const ledger = createLedger(300_000);
  ledger.record([halfEdge({ port: 1 })], 10_000_000, 1000);
  ledger.record([], 10_002_000, 3000);
  ledger.record([], 10_004_000 + jump, 5000);
  expect(ledger.entries()).toMatchObject([{ lastSeen: 10_000_000 + jump, since: 10_000_000 }]);
});

it('does not move it for small corrections of the clock, until they sum up', () => {
  const ledger = createLedger(300_000);
  ledger.record([halfEdge({ port: 1 })], 10_000_000, 0);
  for (let cycle = 1; cycle <= 9; cycle++) ledger.record([], 10_000_000 + cycle * 1100, cycle * 1000);
  expect(ledger.entries()[0]?.lastSeen).toBe(10_000_000);
  ledger.record([], 10_000_000 + 10 * 1100, 10 * 1000);
  expect(ledger.entries()[0]?.lastSeen).toBe(10_001_000);
});
