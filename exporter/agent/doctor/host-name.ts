import type { Log } from '../log.ts';

/** Whether a name is the same on every host that has not been given one. */
export function isLocalhost(name: string): boolean {
  return /^localhost(?:\.|$)/i.test(name);
}

export const LOCALHOST = {
  what: 'the name of this host is localhost, like that of others without a name: their dependencies are mixed up',
  remedy: 'set it with hostnamectl, or --host-name',
} as const;

/**
 * Logs a change of the host name, which may be set after the agent has started, and warns of `localhost`. Called in each
 * cycle.
 */
export function createHostNameLog(log: Log): (name: string) => void {
  let before: string | undefined;
  return (name) => {
    if (name === before) return;
    if (before !== undefined) log.info('host name changed', { before, now: name });
    if (isLocalhost(name))
      log.warn('host name not unique', { reason: LOCALHOST.what, remedy: LOCALHOST.remedy });
    before = name;
  };
}
