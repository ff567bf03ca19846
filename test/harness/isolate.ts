import { readFileSync } from 'node:fs';
import { onFileEnd } from './cleanup.ts';
import type { Host } from './network.ts';
import { waitFor } from './wait-for.ts';

/**
 * The same host in a pid namespace of its own: a process there that reads all network namespaces finds none of the
 * test's other hosts, as on a machine of its own. It ends with the test file, and so does everything that runs in it.
 * The `pid` of a process started there differs from the one reported there.
 */
export async function isolate(host: Host): Promise<Host> {
  const anchor = host.start(
    ['unshare', '--fork', '--pid', '--kill-child', '--mount-proc', 'sleep', 'infinity'],
    {
      onCleanup: onFileEnd,
    },
  );
  const init = await waitFor(
    () => childOf(anchor.pid),
    () => `the first process of ${host.name}: ${anchor.stderr()}`,
  );
  const enter = ['nsenter', `--target=${init}`, '--net', '--pid', '--mount'] as const;
  return {
    ...host,
    // nsenter waits for the program it started, and forwards no signals.
    start: (command, options) =>
      host.start([...enter, 'setpriv', '--pdeathsig', 'TERM', ...command], options),
  };
}

/** The child of `unshare`, once it has executed the program. */
function childOf(pid: number): number | undefined {
  const child = Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'), 10);
  if (!child) return undefined;
  return readFileSync(`/proc/${child}/comm`, 'utf8') === 'sleep\n' ? child : undefined;
}
