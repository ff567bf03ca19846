import type { Listener } from '../capture/capture.ts';

/** The ports that each process listens on, ascending; Unix sockets have none. */
export function listeningPorts(listeners: readonly Listener[]): Map<number, readonly number[]> {
  const ports = new Map<number, Set<number>>();
  for (const { transport, pid, port } of listeners) {
    if (pid !== undefined && transport !== 'unix') ports.set(pid, (ports.get(pid) ?? new Set()).add(port));
  }
  return new Map([...ports].map(([pid, set]) => [pid, [...set].sort((a, b) => a - b)]));
}
