import { readFileSync } from 'node:fs';
import type { Reading } from '../../capture/capture.ts';
import { FatalError } from '../../fatal-error.ts';
import type { DnsHealth } from '../../metrics/health-families.ts';
import type { MissingRequirement } from '../../missing-requirement.ts';
import { createNamespaceEntry, type NamespaceEntry } from '../../native/enter-namespace.ts';
import { type Libc, loadLibc } from '../../native/libc.ts';
import { ownNetworkNamespace } from '../../proc/namespaces.ts';
import { createDnsSocket } from './dns-socket.ts';
import { missingForDns } from './missing-requirement.ts';
import { parseResolvConf } from './name-servers.ts';
import { createQueriedNames, type DnsSockets, type QueriedNames } from './queried-names.ts';
import { createReverseNames, systemResolver } from './reverse-names.ts';

/** Names of addresses from DNS. */
export interface Dns {
  /** Reads the DNS responses since the last cycle. The observations show which name servers are queried where. */
  readResponses(reading: Pick<Reading, 'observations' | 'namespaces'>): void;
  /** The name that a program of this host has queried to get the address. */
  queriedName(address: string): string | undefined;
  /** The name of the address in its reverse zone, if that is known by now. */
  reverseName(address: string): string | undefined;
  /** Undefined if no responses are read. */
  readonly health: DnsHealth | undefined;
  close(): void;
}

export interface DnsOptions {
  /** Whether to read the DNS responses to programs of this host. */
  readonly dns: 'responses' | 'off';
  /** Whether to look up addresses without another name in their reverse zones. */
  readonly reverseDns: 'on' | 'off';
  readonly procRoot: string;
  /** Monotonic, in ms. */
  readonly uptime: () => number;
}

/** The second one lists the name servers that systemd-resolved queries. */
const RESOLV_CONFS = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];

/** If DNS responses cannot be read, calls `warn` with the reason and continues without. */
export function openDns(options: DnsOptions, warn: (missing: MissingRequirement) => void): Dns {
  const { dns, reverseDns, procRoot, uptime } = options;
  let queriedNames: QueriedNames | undefined;
  try {
    const netns = ownNetworkNamespace(procRoot)[0]?.netns;
    if (dns === 'responses')
      queriedNames = createQueriedNames({
        sockets: openSockets(loadLibc(), procRoot),
        configured: readNameServers,
        netns,
        uptime,
      });
  } catch (error) {
    warn(missingForDns(error as Error));
  }
  const reverseNames = reverseDns === 'on' ? createReverseNames(systemResolver(uptime)) : undefined;

  return {
    readResponses: (reading) => queriedNames?.readResponses(reading),
    queriedName: (address) => queriedNames?.nameOf(address),
    reverseName: (address) => reverseNames?.nameOf(address),
    get health() {
      return queriedNames?.health;
    },
    close() {
      queriedNames?.close();
      reverseNames?.close();
    },
  };
}

function openSockets(libc: Libc, procRoot: string): DnsSockets {
  let entry: NamespaceEntry | undefined;

  return {
    own: createDnsSocket(libc),
    open(namespace) {
      try {
        entry ??= createNamespaceEntry(libc, procRoot);
        const { within } = entry;
        return createDnsSocket(libc, (run) => within({ pid: namespace.pid, isOwn: false }, run));
      } catch (error) {
        if (error instanceof FatalError) throw error;
        const { code } = error as { code?: unknown };
        return code === 'EPERM' || code === 'EACCES' ? 'denied' : 'gone';
      }
    },
    close: () => entry?.close(),
  };
}

function readNameServers(): string[] {
  return RESOLV_CONFS.flatMap((path) => {
    try {
      return parseResolvConf(readFileSync(path, 'latin1'));
    } catch {
      return [];
    }
  });
}
