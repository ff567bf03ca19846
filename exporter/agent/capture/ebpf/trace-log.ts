import type { TraceLog } from '../capture.ts';
import { TRACE, TRACE_BLOCK, VALUES } from './kernel-structs.ts';
import { decodeTrace } from './layout.ts';

const { TRACES_PER_BLOCK, TRACE_BLOCKS, TRACE_CLOSED } = VALUES;
const TRACES = TRACES_PER_BLOCK * TRACE_BLOCKS;
/** An unfinished trace is read again: its program was interrupted after it had taken the number. */
const ATTEMPTS = 10_000;

/** The kernel's table of traces. */
export interface TraceTable {
  /** Number of the last trace: others are being written now. */
  count(): number;
  readBlock(index: number, into: Buffer): void;
}

/** The log of `bpf/traces.h`, which keeps the last 65,536 traces. */
export function createTraceLog({ count, readBlock }: TraceTable): TraceLog {
  const block = Buffer.alloc(TRACE_BLOCK.sizeof);

  /** Reads the block of a trace, again until the trace is complete. Returns the last number that is overwritten. */
  function read(number: number): number {
    for (let attempt = 1; ; attempt++) {
      readBlock(Math.floor(number / TRACES_PER_BLOCK) % TRACE_BLOCKS, block);
      const overwritten = count() - TRACES;
      if (number <= overwritten || attempt === ATTEMPTS || isComplete(block, number)) return overwritten;
    }
  }

  return {
    visit(after, upTo, visitor) {
      let at = Math.min(upTo, Math.max(after, count() - TRACES));
      if (at > after) visitor.lost();
      let overwritten = 0;
      let end = 0;
      while (at < upTo) {
        const number = ++at;
        const offset = (number % TRACES_PER_BLOCK) * TRACE.sizeof;
        if (number >= end || !isComplete(block, number)) {
          overwritten = read(number);
          end = number - (number % TRACES_PER_BLOCK) + TRACES_PER_BLOCK;
        }
        if (number <= overwritten || !isComplete(block, number)) {
          visitor.lost();
        } else if (block.readUInt8(offset + TRACE.state) === TRACE_CLOSED) {
          visitor.closed(block.readUInt32LE(offset + TRACE.connection));
        } else if (
          visitor.isWanted(
            block.readUInt16LE(offset + TRACE.local_port),
            block.readUInt16LE(offset + TRACE.peer_port),
          )
        ) {
          visitor.begun(decodeTrace(block, offset));
        }
      }
    },
  };
}

/** Whether the block has this trace, and not an earlier or unfinished one. */
function isComplete(block: Buffer, number: number): boolean {
  return block.readUInt32LE((number % TRACES_PER_BLOCK) * TRACE.sizeof + TRACE.number) === number >>> 0;
}
