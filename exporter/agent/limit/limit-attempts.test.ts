import { beforeEach, describe, expect, it } from 'vitest';
import { halfEdge } from '../../../test/fixtures/half-edges.ts';
import type { Flow } from '../aggregate/fold.ts';
import type { HalfEdge } from '../half-edge.ts';
import { createLimitAttempts } from './limit-attempts.ts';

const KEEP_FOR = 3_600_000;
const LIMIT = 3;
const NMAP = { service: 'nmap', process: 'nmap', pid: 50 };

let limit: ReturnType<typeof createLimitAttempts>;
let folds: number;
let now: number;

beforeEach(() => {
  limit = createLimitAttempts(LIMIT, KEEP_FOR);
  folds = 0;
  now = 0;
});

const attempt = (port: number, address = '10.0.0.9', fields: Partial<Flow> = {}, who = NMAP) =>
  halfEdge(
    { remoteAddress: address, port, open: 0, opened: 0, failed: [1, 0, 0, 0, 0, 0, 0], ...fields },
    who,
  );
const connection = (port: number, address?: string) =>
  attempt(port, address, { opened: 1, failed: undefined as never });

/** The edges after one cycle, each with its failures: `10.0.0.9:22 1`. */
function cycle(halfEdges: readonly HalfEdge[]): string[] {
  const sums = new Map<string, number>();
  for (const { flow, dst } of limit(halfEdges, now, () => folds++)) {
    const key = `${dst.service ?? dst.address}:${flow.portClass ?? flow.port}`;
    sums.set(key, (sums.get(key) ?? 0) + (flow.failed?.[0] ?? 0));
  }
  now += 5000;
  return [...sums].map(([key, failed]) => `${key} ${failed}`);
}

const ports = (count: number) => Array.from({ length: count }, (_, at) => 1000 + at);

describe('attempts in vain', () => {
  it('at many ports of a destination are one edge, with their sum', () => {
    expect(cycle(ports(101).map((port) => attempt(port)))).toEqual(['10.0.0.9:many 101']);
    expect(folds).toBe(101);
    expect(cycle([attempt(7)])).toEqual(['10.0.0.9:many 1']);
  });

  it('at many destinations are one edge to others, at the port that they share', () => {
    const halves = ports(254).map((at) => attempt(22, `10.0.1.${at - 999}`));
    expect(cycle(halves)).toEqual(['other:22 254']);
    expect(cycle([attempt(22, '10.0.2.1')])).toEqual(['other:22 1']);
  });

  it('at many ports of many destinations are one edge', () => {
    const halves = ports(20).flatMap((port) => ports(20).map((at) => attempt(port, `10.0.1.${at - 999}`)));
    expect(cycle(halves)).toEqual(['other:many 400']);
  });

  it('at a few are kept', () => {
    const edges = ['10.0.0.9:1000 1', '10.0.0.9:1001 1', '10.0.0.9:1002 1'];
    expect(cycle(ports(LIMIT).map((port) => attempt(port)))).toEqual(edges);
    expect(folds).toBe(0);
  });

  it('at one port after the other are kept up to the limit', () => {
    const edges = ports(6).flatMap((port) => cycle([attempt(port)]));
    expect(edges).toEqual([
      ...['10.0.0.9:1000 1', '10.0.0.9:1001 1', '10.0.0.9:1002 1'],
      ...['10.0.0.9:many 1', '10.0.0.9:many 1', '10.0.0.9:many 1'],
    ]);
  });

  it('are distinguished again once no more were made for a while', () => {
    cycle(ports(101).map((port) => attempt(port)));
    now += 2 * KEEP_FOR;
    expect(cycle([attempt(7)])).toEqual(['10.0.0.9:7 1']);
  });

  it('of another client, over UDP, or folded already are not affected', () => {
    const shop = { service: 'shop', process: 'node', pid: 20 };
    cycle(ports(101).map((port) => attempt(port)));
    expect(cycle([attempt(80, undefined, {}, shop)])).toEqual(['10.0.0.9:80 1']);
    expect(cycle([attempt(53, undefined, { transport: 'udp' })])).toEqual(['10.0.0.9:53 1']);
  });
});

it('keeps edges whose server is down, however many', () => {
  const all = ports(50);
  cycle(all.map((port) => connection(port)));
  now += KEEP_FOR - 60_000;
  for (let i = 0; i < 5; i++) {
    const edges = cycle(all.map((port) => attempt(port)));
    expect(edges).toHaveLength(50);
    now += KEEP_FOR - 60_000;
  }
});
