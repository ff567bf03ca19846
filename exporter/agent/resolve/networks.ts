import { isIpv6, parseAddress } from '../net/address.ts';

/** A range of addresses, and the labels of its addresses. */
export interface Network {
  /** As `10.0.0.0/8`; a bare address is a range of one. */
  readonly cidr: string;
  /** The service that all of its addresses are folded into; absent if each is kept. */
  readonly name?: string;
  readonly site?: string;
}

/** Finds the network with the longest prefix that contains an address. */
export interface NetworkTable<N extends Network = Network> {
  find(address: string): N | undefined;
}

/** A node of a binary trie: the next bit of the address selects the next node. */
interface Node<N> {
  next: [Node<N> | undefined, Node<N> | undefined];
  network?: N;
}

/** Of several networks with the same range the last one counts. */
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

/** Splits a range that has been validated. */
function parseCidr(cidr: string): { address: string; length: number } {
  const [address = '', length] = cidr.split('/');
  return { address, length: length === undefined ? (isIpv6(address) ? 128 : 32) : Number(length) };
}

function bitAt(bytes: Uint8Array, at: number): 0 | 1 {
  return ((bytes[at >> 3] ?? 0) & (128 >> (at & 7))) === 0 ? 0 : 1;
}
