import { type Conntrack, createConntrack } from './conntrack/conntrack.ts';
import type { Log } from './log.ts';
import { loadLibc } from './native/libc.ts';

const MESSAGE =
  'address translation is not followed: translated connections are reported with their original destination address';

/**
 * Connection tracking, if it is enabled and this host supports it; logs why not otherwise. Other network namespaces
 * rarely translate addresses, so that a failure to enter them is not a warning.
 */
export function followNat(setting: 'auto' | 'off', procRoot: string, log?: Log): Conntrack | undefined {
  if (setting === 'off') return undefined;
  const logged = new Set<boolean>();
  const onRefused = (isOwn: boolean, reason: string) => {
    if (logged.has(isOwn)) return;
    logged.add(isOwn);
    if (isOwn) log?.warn(MESSAGE, { reason, needs: 'CAP_NET_ADMIN' });
    else
      log?.info(`in other network namespaces, ${MESSAGE}`, { reason, needs: 'CAP_NET_ADMIN, CAP_SYS_ADMIN' });
  };
  try {
    return createConntrack(loadLibc(), procRoot, () => performance.now(), onRefused);
  } catch (error) {
    onRefused(true, (error as Error).message);
    return undefined;
  }
}
