import type { Network } from './networks.ts';

/**
 * Addresses that are no one's on the internet: they may be hosts of one's own, so each is told by itself. Those
 * for documentation are left out: no packet should ever bear one.
 */
export const OWN_RANGES: readonly Network[] = [
  '0.0.0.0/8', // this host
  '10.0.0.0/8', // RFC 1918
  '100.64.0.0/10', // RFC 6598, behind a carrier's NAT
  '127.0.0.0/8',
  '169.254.0.0/16', // link-local
  '172.16.0.0/12', // RFC 1918
  '192.168.0.0/16', // RFC 1918
  '198.18.0.0/15', // RFC 2544, between networks under test
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and in use inside some clouds; broadcast
  '::/127', // unspecified and loopback
  'fc00::/7', // RFC 4193, unique local
  'fe80::/10', // link-local
  'ff00::/8', // multicast
].map((cidr) => ({ cidr }));
