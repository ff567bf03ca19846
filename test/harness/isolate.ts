import { readFileSync } from 'node:fs';
import { onFileEnd } from './cleanup.ts';
import type { Host } from './network.ts';
import { waitFor } from './wait-for.ts';

/**
 * The same host, with its processes by themselves: who looks there at all network namespaces sees none of the other
 * hosts of the test, as on a machine of its own. It ends with the test file, and so does all that runs there. The
 * `pid` of what it starts is not the one that is told there.
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
    // Who enters waits for what it has started, and passes no signal on.
    start: (command, options) =>
      host.start([...enter, 'setpriv', '--pdeathsig', 'TERM', ...command], options),
  };
}

/** The child of `unshare` once it runs the program. */
function childOf(pid: number): number | undefined {
  const child = Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'), 10);
  if (!child) return undefined;
  return readFileSync(`/proc/${child}/comm`, 'utf8') === 'sleep\n' ? child : undefined;
}
