import type { Trace, TraceLog } from '../../capture/capture.ts';

/** A log of traces for tests, which keeps the last `size` of them. */
export interface FakeTraceLog extends TraceLog {
  /** Adds a connection, and returns its number. */
  begin(trace: Omit<Trace, 'connection'>): number;
  close(connection: number): void;
  /** Overwrites the traces so far. */
  lose(): void;
  readonly count: number;
}

export function createFakeTraceLog(size = 1_000_000): FakeTraceLog {
  const traces: (Trace | number | undefined)[] = [];
  return {
    begin(trace) {
      const connection = traces.length + 1;
      traces.push({ ...trace, connection });
      return connection;
    },
    close: (connection) => void traces.push(connection),
    lose: () => void traces.fill(undefined),
    get count() {
      return traces.length;
    },
    visit(after, upTo, visitor) {
      for (let number = after + 1; number <= upTo; number++) {
        const trace = number > traces.length - size ? traces[number - 1] : undefined;
        if (trace === undefined) visitor.lost();
        else if (typeof trace === 'number') visitor.closed(trace);
        else if (visitor.isWanted(trace.localPort, trace.remotePort)) visitor.begun(trace);
      }
    },
  };
}
