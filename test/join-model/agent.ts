/** The agent of a host in a history: the real pipeline above a kernel that is read from the world. */
import {
  type Capture,
  FAILURES,
  type Observation,
  type Reading,
} from '../../exporter/agent/capture/capture.ts';
import type { Family } from '../../exporter/agent/metrics/family.ts';
import { createPipeline } from '../../exporter/agent/pipeline.ts';
import { processFiles } from '../fixtures/process-files.ts';
import { type Connection, type Host, isIn, type Process, type World } from './world.ts';

/** Default of `--edge-expiration`, in seconds. */
const EDGE_EXPIRATION = 300;

export interface Agent {
  /** Runs a collection cycle at a time (seconds since the start of the history). */
  cycle(time: number): Promise<void>;
  families(): Iterable<Family>;
}

/** Connections that differ only in the ephemeral port, as one of their hosts sees them. */
interface Flow {
  readonly id: string;
  readonly direction: 'outbound' | 'inbound';
  readonly local: Process;
  readonly remote: string;
  readonly port: number;
  readonly connections: Connection[];
}

/** An agent that starts at a time. `base` is the start of the history in unix seconds, `empty` a folder without processes. */
export function createAgent(world: World, host: Host, started: number, base: number, empty: string): Agent {
  const flows = flowsOf(world, host);
  const processes = world.processes.filter((process) => process.host === host);
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  let now = started;

  function read(): Reading {
    const running = processes.filter(({ runs }) => isIn(now, runs));
    const listeners = running.flatMap(({ netns, address, port, pid }) =>
      port === undefined ? [] : [{ netns, transport: 'tcp' as const, address, port, pid, ipv6Only: false }],
    );
    const netns = [...new Set(running.map((process) => process.netns))];
    return {
      observations: flows.flatMap((flow) => observationOf(flow, started, now)),
      listeners,
      sockets: 0,
      namespaces: netns.map((netns) => ({ netns, pid: netns })),
      hiddenProcesses: 0,
      processOf(pid) {
        const process = byPid.get(pid);
        return process && processFiles(process.service, process.command ?? process.service);
      },
    };
  }

  const capture: Capture = { name: 'ebpf', read: async () => read(), close() {} };
  const pipeline = createPipeline({
    capture,
    procRoot: empty,
    host: host.name,
    site: host.site,
    edgeExpiration: EDGE_EXPIRATION * 1000,
    clock: () => (base + now + host.skew) * 1000,
    uptime: () => now * 1000,
  });
  return {
    async cycle(time) {
      now = time;
      await pipeline.runCycle();
    },
    families: () => pipeline.families(),
  };
}

function flowsOf({ connections }: World, host: Host): Flow[] {
  const flows = new Map<string, Flow>();
  const add = (
    direction: Flow['direction'],
    local: Process,
    remote: string,
    port: number,
    of: Connection,
  ) => {
    const id = `${direction} ${local.pid} ${remote} ${port}`;
    const flow = flows.get(id) ?? { id, direction, local, remote, port, connections: [] };
    flows.set(id, flow);
    flow.connections.push(of);
  };
  for (const connection of connections) {
    const { client, server, through } = connection;
    const port = server.port ?? 0;
    if (client.host === host && !through) add('outbound', client, server.address, port, connection);
    if (client.host === host && through) {
      const { address, port: forwarded = 0 } = through;
      add('outbound', { ...client, address }, address, forwarded, connection);
      add('inbound', through, address, forwarded, connection);
      add('outbound', { ...through, address: client.address }, server.address, port, connection);
    }
    if (server.host === host && !connection.failed) add('inbound', server, client.address, port, connection);
  }
  return [...flows.values()];
}

/** What the capture has of a flow: those that were open when it started are not counted. */
function observationOf(flow: Flow, started: number, now: number): Observation[] {
  const { id, direction, local, remote, port, connections } = flow;
  let open = 0;
  let opened = 0;
  let refused = 0;
  for (const { at, until, failed } of connections) {
    if (at > now || until < started) continue;
    if (failed && at >= started) refused++;
    if (failed) continue;
    if (until > now) open++;
    if (at >= started) opened++;
  }
  if (open === 0 && opened === 0 && refused === 0) return [];
  return [
    {
      ...{ id, direction, port, open, opened },
      ...(refused > 0 && { failed: FAILURES.map((reason) => (reason === 'refused' ? refused : 0)) }),
      transport: 'tcp',
      netns: local.netns,
      localAddress: local.address,
      remoteAddress: remote,
      pid: local.pid,
      image: local.pid,
    },
  ];
}
