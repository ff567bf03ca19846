import type { Network } from './networks.ts';

/**
 * Addresses that clouds give to services of their own on each machine: the same for every customer, so an address
 * alone would tell nothing.
 */
export const KNOWN_PLACES: readonly Network[] = [
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
