import { isIpv6, parseAddress } from '../net/address.ts';

/** A range of addresses, and what is said of those in it. */
export interface Network {
  /** As `10.0.0.0/8`; a bare address is a range of one. */
  readonly cidr: string;
  /** The service that stands for every address in it; absent: each is told by itself. */
  readonly name?: string;
  readonly site?: string;
}

/** Finds the network with the longest prefix that holds an address. */
export interface NetworkTable<N extends Network = Network> {
  find(address: string): N | undefined;
}

/** A bit of the address leads to the next node. */
interface Node<N> {
  next: [Node<N> | undefined, Node<N> | undefined];
  network?: N;
}

/** Of networks that are the same range the last one holds. */
export function createNetworkTable<N extends Network>(networks: readonly N[]): NetworkTable<N> {
  const ipv4: Node<N> = { next: [undefined, undefined] };
  const ipv6: Node<N> = { next: [undefined, undefined] };
  const rootOf = (address: string) => (isIpv6(address) ? ipv6 : ipv4);

  for (const network of networks) {
    const { address, length } = parseCidr(network.cidr);
    const bytes = parseAddress(address);
    let node = rootOf(address);
    for (let at = 0; at < length; at++) {
      const bit = bitAt(bytes, at);
      node.next[bit] ??= { next: [undefined, undefined] };
      node = node.next[bit];
    }
    node.network = network;
  }

  return {
    find(address) {
      const bytes = parseAddress(address);
      let node: Node<N> | undefined = rootOf(address);
      let found: N | undefined;
      for (let at = 0; node; at++) {
        found = node.network ?? found;
        node = at < bytes.length * 8 ? node.next[bitAt(bytes, at)] : undefined;
      }
      return found;
    },
  };
}

/** Splits a range that `checkCidr` let pass. */
function parseCidr(cidr: string): { address: string; length: number } {
  const [address = '', length] = cidr.split('/');
  return { address, length: length === undefined ? (isIpv6(address) ? 128 : 32) : Number(length) };
}

function bitAt(bytes: Uint8Array, at: number): 0 | 1 {
  return ((bytes[at >> 3] ?? 0) & (128 >> (at & 7))) === 0 ? 0 : 1;
}
