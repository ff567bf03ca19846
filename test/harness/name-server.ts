import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onFileEnd } from './cleanup.ts';
import type { Host } from './network.ts';
import { toolPath } from './places.ts';
import type { Running } from './process.ts';
import { waitFor } from './wait-for.ts';

/** Starts Debian's dnsmasq on a host for the test file, at one address, with these `records`. */
export async function startNameServer(
  host: Host,
  address: string,
  records: readonly string[],
): Promise<Running> {
  const server = host.start(
    [
      toolPath('dnsmasq'),
      ...['--keep-in-foreground', '--user=root', '--pid-file=', '--conf-file=/dev/null', '--no-hosts'],
      ...['--no-resolv', '--local=/test/', '--bind-interfaces', `--listen-address=${address}`],
      ...['--log-facility=-', ...records],
    ],
    { onCleanup: onFileEnd },
  );
  await waitFor(
    () => server.stderr().includes('started') || undefined,
    () => `dnsmasq: ${server.stderr()}`,
  );
  return server;
}

/** The same host with other name servers in its `/etc/resolv.conf`. */
export function withNameServers(host: Host, ...servers: readonly string[]): Host {
  const folder = mkdtempSync(join(tmpdir(), 'musubi-resolv-'));
  onFileEnd(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'resolv.conf');
  writeFileSync(file, servers.map((server) => `nameserver ${server}\n`).join(''));
  const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
  const inside = ['unshare', '--mount', 'sh', '-c', script, file] as const;
  return { ...host, start: (command, options) => host.start([...inside, ...command], options) };
}
