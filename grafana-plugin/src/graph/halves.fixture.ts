import type { Direction, End, Figures, HalfEdge, Listener } from './half-edge.ts';

/** Writes an end as `service@host/address`, any part of which may be missing. */
export function end(text: string, more: Partial<End> = {}): End {
  const {
    service = '',
    host = '',
    address = '',
  } = /^(?<service>[^@/]*)(?:@(?<host>[^/]*))?(?:\/(?<address>.*))?$/.exec(text)?.groups ?? {};
  return { service, process: service, pid: service && '1', host, address, kind: '', site: '', ...more };
}

/** Writes a half-edge as its two ends; port 80 over TCP unless told otherwise. */
export function half(
  direction: Direction,
  src: string | End,
  dst: string | End,
  figures: Figures = {},
  socket: { port?: string; transport?: string } = {},
): HalfEdge {
  const [from, to] = [src, dst].map((each) => (typeof each === 'string' ? end(each) : each)) as [End, End];
  return { direction, transport: 'tcp', port: '80', src: from, dst: to, figures, ...socket };
}

/** A listener on port 80 over TCP. */
export const listener = (at: string, port = '80'): Listener => ({ transport: 'tcp', port, end: end(at) });
