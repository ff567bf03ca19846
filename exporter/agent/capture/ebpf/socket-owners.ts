import { createListenerGroups } from '../../net/listener-index.ts';
import type { Observation, Trace } from '../capture.ts';
import type { EdgeKey } from './layout.ts';
import type { ListenerSocket } from './listeners.ts';

/** Attributes what the kernel counts to the processes that listen in a scan. */
export interface SocketOwners {
  /** The observation of an inbound record, or the same one if nothing changes. */
  attribute(observation: Observation, key: EdgeKey): Observation;
  /** A trace of a connection that such a record counts. */
  attributeTrace(trace: Trace): Trace;
}

type Process = Pick<Observation, 'pid' | 'image'>;

const UNKNOWN: Process = { pid: undefined, image: undefined };

export function createSocketOwners(sockets: readonly ListenerSocket[]): SocketOwners {
  const groups = createListenerGroups(sockets, (socket) => socket);
  /** Processes that opened a listener for another one. */
  const openers = new Set(
    sockets.flatMap(({ pid, recordedPid }) => (pid === recordedPid ? [] : [recordedPid])),
  );
  const images = new Map(sockets.map(({ pid, image }) => [pid, image]));

  function mayDiffer({ pid, image }: Process): boolean {
    if (pid === undefined || openers.has(pid)) return true;
    return image !== undefined && (images.get(pid) ?? image) !== image;
  }

  return {
    attribute(last, key) {
      if (!key.isPeer && !mayDiffer(key)) return last;
      const listeners = groups.find({ ...key, address: key.localAddress });
      // Both processes chose their UDP ports: a local listener makes this end the server.
      const direction = key.isPeer && listeners.length > 0 ? 'inbound' : key.direction;
      const { pid, image } = serverOf(key, listeners) ?? last;
      if (last.direction === direction && last.pid === pid && last.image === image) return last;
      return { ...last, direction, pid, image };
    },
    attributeTrace(trace) {
      if (trace.direction !== 'inbound' || !mayDiffer(trace)) return trace;
      const { netns, transport, localAddress: address, localPort: port } = trace;
      const server = serverOf(trace, groups.find({ netns, transport, address, port }));
      return server ? { ...trace, pid: server.pid, image: server.image } : trace;
    },
  };
}

/**
 * The process that accepts the connections of a record. The kernel program records the process that listens, or none if
 * it does not know the listener. Undefined if the listener is closed.
 */
function serverOf(key: Process, listeners: readonly ListenerSocket[]): Process | undefined {
  const [first, ...others] =
    key.pid === undefined ? listeners : listeners.filter(({ recordedPid }) => recordedPid === key.pid);
  if (!first) return key.pid === undefined ? UNKNOWN : undefined;
  // Several sockets on one port (SO_REUSEPORT) that belong to different processes.
  if (others.some(({ pid }) => pid !== first.pid)) return UNKNOWN;
  // Otherwise, it executes another program now than when it was recorded.
  const isRecorded = first.pid === key.pid && first.image === key.image;
  return { pid: first.pid, image: isRecorded ? key.image : undefined };
}
