import { type Conntrack, createConntrack } from './conntrack/conntrack.ts';
import type { Log } from './log.ts';
import { loadLibc } from './native/libc.ts';

const MESSAGE =
  'address translation is not followed: such connections are told by the address that was asked';

/**
 * Connection tracking, where it is wanted and this host has what it takes; tells why not otherwise. In other network
 * namespaces than the own one there is mostly none to follow, so that they may not be entered is no warning.
 */
export function followNat(wanted: 'auto' | 'off', procRoot: string, log?: Log): Conntrack | undefined {
  if (wanted === 'off') return undefined;
  const told = new Set<boolean>();
  const onRefused = (isOwn: boolean, reason: string) => {
    if (told.has(isOwn)) return;
    told.add(isOwn);
    if (isOwn) log?.warn(MESSAGE, { reason, needs: 'CAP_NET_ADMIN' });
    else
      log?.info(`in some network namespaces ${MESSAGE}`, { reason, needs: 'CAP_NET_ADMIN, CAP_SYS_ADMIN' });
  };
  try {
    return createConntrack(loadLibc(), procRoot, () => performance.now(), onRefused);
  } catch (error) {
    onRefused(true, (error as Error).message);
    return undefined;
  }
}
