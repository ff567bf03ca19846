import type { Network } from './networks.ts';

/**
 * Addresses that are not on the public internet: each may be a host of the user's own, so they are never folded.
 * Those for documentation are left out: no packet should have one.
 */
export const PRIVATE_RANGES: readonly Network[] = [
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

/** Services that clouds offer on each machine, under the same addresses for every customer. */
export const CLOUD_SERVICES: readonly Network[] = [
  // AWS, Azure, Google, Oracle, OpenStack, DigitalOcean, Hetzner: link-local by convention.
  { cidr: '169.254.169.254', name: 'cloud metadata' },
  { cidr: 'fd00:ec2::254', name: 'cloud metadata' }, // AWS
  { cidr: 'fd20:ce::254', name: 'cloud metadata' }, // Google
  { cidr: 'fd00:c1::a9fe:a9fe', name: 'cloud metadata' }, // Oracle
  { cidr: '100.100.100.200', name: 'cloud metadata' }, // Alibaba
  { cidr: '169.254.170.2', name: 'cloud metadata' }, // AWS: of a task, with its credentials
  { cidr: '169.254.170.23', name: 'cloud metadata' }, // AWS: credentials of a pod
  { cidr: 'fd00:ec2::23', name: 'cloud metadata' },
  { cidr: '169.254.169.253', name: 'cloud DNS' }, // AWS
  { cidr: 'fd00:ec2::253', name: 'cloud DNS' },
  { cidr: '169.254.169.123', name: 'cloud time' }, // AWS
  { cidr: 'fd00:ec2::123', name: 'cloud time' },
  { cidr: '168.63.129.16', name: 'cloud platform' }, // Azure: DNS, health probes and the agent's wire server
];
