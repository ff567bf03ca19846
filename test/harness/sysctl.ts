import { onFileEnd } from './cleanup.ts';
import type { Host } from './network.ts';

/** Sets `net.ipv4.…` in the network namespace of a host. */
export async function setSysctl(host: Host, name: string, value: string): Promise<void> {
  const path = `/proc/sys/${name.replaceAll('.', '/')}`;
  const write = host.start(['sh', '-c', `echo "${value}" > ${path}`], { onCleanup: onFileEnd });
  if ((await write.exited) !== 0) throw new Error(`cannot set ${name}: ${write.stderr()}`);
}
