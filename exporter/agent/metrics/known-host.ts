import { isIP } from 'node:net';

export type HostNames =
  | 'all'
  | {
      /** Names that the agent is known by. */
      readonly names: readonly string[];
      /** Whether names in any domain are accepted whose first label is that of one of `names`. */
      readonly anyDomain: boolean;
    };

/**
 * Whether the `Host` header names this host. A web page can point a name of its own to this address (DNS rebinding), so
 * that the browser of a visitor reads the metrics for it; but its requests then carry that name. Addresses are accepted.
 */
export function isKnownHost(header: string, hosts: HostNames): boolean {
  if (hosts === 'all') return true;
  const { names, anyDomain } = hosts;
  const host = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(header);
  if (!host) return false;
  const [, bracketed, plain = ''] = host;
  if (bracketed !== undefined) return isIP(bracketed) === 6;
  const name = normalized(plain);
  if (isIP(name) === 4 || name === 'localhost' || name.endsWith('.localhost')) return true;
  return names.some((known) => {
    if (normalized(known) === name) return true;
    return anyDomain && firstLabel(known) !== '' && firstLabel(known) === firstLabel(name);
  });
}

function normalized(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function firstLabel(name: string): string {
  return isIP(name) ? '' : (normalized(name).split('.')[0] ?? '');
}
