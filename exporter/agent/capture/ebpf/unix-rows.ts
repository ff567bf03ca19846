import type { Row, UnixRow } from './layout.ts';

const INIT = 1;

/** Of several processes that hold a socket, the first is the leader; init only if there is no other. */
export function firstHolders(rows: readonly UnixRow[]): Map<string, UnixRow> {
  const first = new Map<string, UnixRow>();
  for (const row of rows) {
    const known = first.get(row.socket);
    if (!known || known.pid === INIT) first.set(row.socket, row);
  }
  return first;
}

/** The Unix listeners of a scan, each once. */
export function unixListenersOf(rows: readonly Row[]): UnixRow[] {
  const listening = rows.filter((row): row is UnixRow => row.kind === 'unix' && row.listens);
  return [...firstHolders(listening).values()];
}
