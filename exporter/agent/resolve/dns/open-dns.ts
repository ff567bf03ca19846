import { readFileSync } from 'node:fs';
import type { Reading } from '../../capture/capture.ts';
import { FatalError } from '../../fatal-error.ts';
import type { DnsHealth } from '../../metrics/dns-families.ts';
import type { MissingRequirement } from '../../missing-requirement.ts';
import { createNamespaceEntry, type NamespaceEntry } from '../../native/enter-namespace.ts';
import { type Libc, loadLibc } from '../../native/libc.ts';
import { ownNetworkNamespace } from '../../proc/namespaces.ts';
import { type AskedNames, createAskedNames, type Listeners } from './asked-names.ts';
import { createListener } from './listener.ts';
import { missingForDns } from './missing-requirement.ts';
import { parseResolvConf } from './name-servers.ts';
import { askSystem, createReverseNames } from './reverse-names.ts';

/** What DNS tells of addresses. */
export interface Dns {
  /** Learns from what name servers have answered since the last time; the pass tells which of them are asked, where. */
  listen(pass: Pick<Reading, 'observations' | 'namespaces'>): void;
  /** The name by which a program of this host asked for the address. */
  asked(address: string): string | undefined;
  /** What the address is called by its own zone, as far as that is known by now. */
  reverse(address: string): string | undefined;
  /** Undefined where no name server is listened to. */
  readonly health: DnsHealth | undefined;
  close(): void;
}

export interface DnsOptions {
  /** Whether to listen to the answers that programs of this host get. */
  readonly dns: 'responses' | 'off';
  /** Whether to ask for what has no other name. */
  readonly reverseDns: 'on' | 'off';
  readonly procRoot: string;
  /** Milliseconds since any time, never set. */
  readonly uptime: () => number;
}

/** The second one tells whom systemd-resolved asks, where programs ask that. */
const RESOLV_CONFS = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];

/** Where name servers cannot be listened to, `warn` is told why, and their answers go unheard. */
export function openDns(options: DnsOptions, warn: (missing: MissingRequirement) => void): Dns {
  const { dns, reverseDns, procRoot, uptime } = options;
  let asked: AskedNames | undefined;
  try {
    const netns = ownNetworkNamespace(procRoot)[0]?.netns;
    if (dns === 'responses')
      asked = createAskedNames({
        listeners: openListeners(loadLibc(), procRoot),
        setUp: readNameServers,
        netns,
        uptime,
      });
  } catch (error) {
    warn(missingForDns(error as Error));
  }
  const reverseNames = reverseDns === 'on' ? createReverseNames(askSystem(uptime)) : undefined;

  return {
    listen: (pass) => asked?.listen(pass),
    asked: (address) => asked?.nameOf(address),
    reverse: (address) => reverseNames?.nameOf(address),
    get health() {
      return asked?.health;
    },
    close() {
      asked?.close();
      reverseNames?.close();
    },
  };
}

function openListeners(libc: Libc, procRoot: string): Listeners {
  let entry: NamespaceEntry | undefined;

  return {
    own: createListener(libc),
    elsewhere(way) {
      try {
        entry ??= createNamespaceEntry(libc, procRoot);
        const { within } = entry;
        return createListener(libc, (run) => within({ pid: way.pid, isOwn: false }, run));
      } catch (error) {
        if (error instanceof FatalError) throw error;
        const { code } = error as { code?: unknown };
        return code === 'EPERM' || code === 'EACCES' ? 'refused' : 'gone';
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
