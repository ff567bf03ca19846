import { execFileSync } from 'node:child_process';
import { onFileEnd } from './cleanup.ts';
import { type Running, type StartOptions, start } from './process.ts';

/** A host of the test network: a network namespace with an address. */
export interface Host {
  readonly name: string;
  readonly address: string;
  readonly address6: string;
  /** Its network namespace, as a file. */
  readonly namespace: string;
  /** Starts a program on the host. */
  start(command: readonly [string, ...string[]], options?: StartOptions): Running;
}

/** A network of hosts that can reach each other and this process, and nothing else. */
export interface Network {
  /** The address of this process in the network. */
  readonly address: string;
  host(name: string): Host;
  /** A network namespace behind a host, as for a container; the host forwards its packets, if it is configured to. */
  behind(host: Host, name: string): Host;
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}

/** Runs a program in the network namespace of a host, until it ends. */
export function inside({ namespace }: Host, ...command: readonly string[]): void {
  execFileSync('nsenter', [`--net=${namespace}`, ...command], { stdio: 'pipe' });
}

/** Maximum number of networks at a time: 10.100.0.0/24 to 10.199.249.0/24. */
const NETWORKS = 25_000;

/**
 * Creates the namespace `musubi-NUMBER-switch` and returns the number. No other network has it, not even one of a test
 * file that runs at the same time, because a namespace name can be created only once.
 */
function claimNumber(): number {
  for (let number = process.pid % NETWORKS; ; number = (number + 1) % NETWORKS) {
    try {
      ip('netns', 'add', `musubi-${number}-switch`);
      return number;
    } catch (error) {
      if (!String(error).includes('File exists')) throw error;
    }
  }
}

/**
 * Creates a network of namespaces; it is removed with the test file. The hosts are attached to a bridge in a namespace
 * of its own, so that firewall rules of this machine do not apply to the bridge.
 */
export function createNetwork(): Network {
  const number = claimNumber();
  const subnet = `10.${100 + Math.floor(number / 250)}.${number % 250}`;
  const subnet6 = `fd10:${number.toString(16)}`;
  const bridge = `musubi-${number}-switch`;
  onFileEnd(() => ip('netns', 'delete', bridge));
  let hosts = 1;

  function addNamespace(name: string): string {
    const namespace = `musubi-${number}-${name}`;
    ip('netns', 'add', namespace);
    onFileEnd(() => ip('netns', 'delete', namespace));
    return namespace;
  }

  ip('-n', bridge, 'link', 'add', 'br0', 'type', 'bridge');
  ip('-n', bridge, 'link', 'set', 'br0', 'up');

  /** Attaches a veth pair to the bridge; its peer is `link`, in `namespace` or in that of this process. */
  function plug(link: string, addresses: readonly string[], namespace?: string): void {
    const port = `p${hosts}`;
    ip(
      '-n',
      bridge,
      'link',
      'add',
      port,
      'type',
      'veth',
      'peer',
      'name',
      link,
      'netns',
      namespace ?? `${process.pid}`,
    );
    ip('-n', bridge, 'link', 'set', port, 'master', 'br0', 'up');
    const there = namespace === undefined ? [] : ['-n', namespace];
    for (const address of addresses) ip(...there, 'address', 'add', address, 'dev', link, 'nodad');
    ip(...there, 'link', 'set', link, 'up');
  }

  /** A host in an existing namespace. */
  function hostIn(namespace: string, name: string, address: string, address6: string): Host {
    const path = `/run/netns/${namespace}`;
    return {
      ...{ name, address, address6, namespace: path },
      // `ip netns exec` would hide the cgroup file system as well.
      start: (command, options) => start(['nsenter', `--net=${path}`, ...command], options),
    };
  }

  const own = `${subnet}.1`;
  plug(`mu${number}`, [`${own}/24`, `${subnet6}::1/64`]);

  return {
    address: own,
    host(name) {
      hosts++;
      const address = `${subnet}.${hosts}`;
      const address6 = `${subnet6}::${hosts.toString(16)}`;
      const namespace = addNamespace(name);
      ip('-n', namespace, 'link', 'set', 'lo', 'up');
      plug('eth0', [`${address}/24`, `${address6}/64`], namespace);
      return hostIn(namespace, name, address, address6);
    },
    behind(host, name) {
      hosts++;
      const outer = host.namespace.replace('/run/netns/', '');
      const inner = addNamespace(name);
      const net = `10.${200 + (number % 50)}.${hosts}`;
      const net6 = `${subnet6}:${hosts.toString(16)}`;
      const way = `in${hosts}`;
      ip('-n', inner, 'link', 'set', 'lo', 'up');
      ip('-n', outer, 'link', 'add', way, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', inner);
      for (const [at, link, last] of [
        [outer, way, 1],
        [inner, 'eth0', 2],
      ] as const) {
        ip('-n', at, 'address', 'add', `${net}.${last}/24`, 'dev', link);
        ip('-n', at, 'address', 'add', `${net6}::${last}/64`, 'dev', link, 'nodad');
        ip('-n', at, 'link', 'set', link, 'up');
      }
      ip('-n', inner, 'route', 'add', 'default', 'via', `${net}.1`);
      ip('-n', inner, '-6', 'route', 'add', 'default', 'via', `${net6}::1`);
      return hostIn(inner, name, `${net}.2`, `${net6}::2`);
    },
  };
}
