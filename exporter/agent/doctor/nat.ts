import type { Heard } from '../conntrack/conntrack.ts';
import type { Check } from './check.ts';

/** Whether address translation is followed; nothing heard where connection tracking could not be used at all. */
export function natCheck(heard: Heard | undefined): Check {
  const name = 'address translation';
  if (heard?.refused !== undefined)
    return {
      ...{ name, state: 'limited' },
      detail: `not followed everywhere: ${heard.refused}`,
      remedies: ['grant CAP_NET_ADMIN, for other network namespaces CAP_SYS_ADMIN as well; or run as root'],
    };
  if (!heard) return { name, state: 'limited', detail: 'not followed: no native code for this host' };
  const detail =
    heard.namespaces > 0
      ? `followed in ${heard.namespaces} network namespaces that track connections`
      : 'nothing to follow: no network namespace tracks connections';
  return { name, state: 'good', detail };
}
