import { readFileSync } from 'node:fs';

/** The kernel's range of ports for sockets that do not choose one (net.ipv4.ip_local_port_range), inclusive. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** The kernel's default (net/ipv4/af_inet.c, inet_init_net). */
const DEFAULT: PortRange = { first: 32768, last: 60999 };

/**
 * The range from which the kernel picks ports for clients. It is a setting of each network namespace, but only that of
 * the agent's own can be read; others rarely differ.
 */
export function readEphemeralPorts(procRoot: string): PortRange {
  try {
    return parsePortRange(readFileSync(`${procRoot}/sys/net/ipv4/ip_local_port_range`, 'latin1')) ?? DEFAULT;
  } catch {
    return DEFAULT;
  }
}

/** `32768\t60999` → the range; undefined for anything else. */
export function parsePortRange(text: string): PortRange | undefined {
  const match = /^\s*(\d+)\s+(\d+)\s*$/.exec(text);
  return match ? { first: Number(match[1]), last: Number(match[2]) } : undefined;
}

export function isWithin(range: PortRange, port: number): boolean {
  return port >= range.first && port <= range.last;
}
