import { isIPv4, isIPv6 } from 'node:net';
import type { Transport } from '../capture/capture.ts';
import { formatIpv6, isIpv6, parseAddress } from '../net/address.ts';
import type { ProcessFiles } from '../proc/process.ts';
import { processName } from '../proc/process-name.ts';
import { escapeBytes } from '../text/escape-bytes.ts';

/** Where a port forwarder sends the connections that it accepts. */
export interface ForwarderTarget {
  readonly transport: Transport;
  /** An IP address as formatted by `net/address.ts`, or a name. */
  readonly host: string;
  readonly port: number;
}

/** Programs that only forward what they accept, to the single target in their arguments. */
const FORWARDERS: Readonly<Record<string, (args: readonly string[]) => ForwarderTarget | undefined>> = {
  'docker-proxy': ofDockerProxy,
  socat: ofSocat,
  socat1: ofSocat,
  'systemd-socket-proxyd': ofSocketProxyd,
};

/**
 * The target of a port forwarder by its arguments; undefined for other programs, or without a target. A reverse proxy
 * such as nginx chooses among many targets and is a service of its own.
 */
export function forwarderTarget(files: ProcessFiles): ForwarderTarget | undefined {
  const name = processName(files);
  return Object.hasOwn(FORWARDERS, name)
    ? FORWARDERS[name]?.(files.args.slice(1).map(escapeBytes))
    : undefined;
}

/** `10.0.0.5:5432`, `[fd00::5]:53/udp`, `db:5432`; undefined for any other text. */
export function parseForwarderTarget(text: string): ForwarderTarget | undefined {
  const [, address = '', transport = 'tcp'] = /^(.*?)(?:\/(tcp|udp))?$/s.exec(text) ?? [];
  return parseAddressAndPort(address, transport as Transport);
}

/** The options of moby's cmd/docker-proxy: `-proto tcp … -container-ip 172.17.0.2 -container-port 80`. */
function ofDockerProxy(args: readonly string[]): ForwarderTarget | undefined {
  const after = (option: string) => (args.includes(option) ? args[args.indexOf(option) + 1] : undefined);
  const transport = after('-proto') ?? 'tcp';
  if (transport !== 'tcp' && transport !== 'udp') return undefined;
  return toTarget(transport, after('-container-ip') ?? '', after('-container-port') ?? '');
}

const SOCAT_LISTENS = /^(?:TCP|UDP)[46]?-(?:L|LISTEN|RECVFROM):/i;
const SOCAT_CONNECTS = /^(TCP|UDP)[46]?(?:-CONNECT|-SENDTO)?:([^,]*)/i;

/** socat(1): of its two addresses, which are the last arguments, one listens and the other connects. */
function ofSocat(args: readonly string[]): ForwarderTarget | undefined {
  const addresses = args.slice(-2);
  const connects = addresses.find((address) => !SOCAT_LISTENS.test(address));
  if (connects === undefined || !addresses.some((address) => SOCAT_LISTENS.test(address))) return undefined;
  // A dual address, or one in another namespace, is not the real target.
  if (addresses.some((address) => /!!|,netns=/i.test(address))) return undefined;
  const [, transport, address = ''] = SOCAT_CONNECTS.exec(connects) ?? [];
  return transport ? parseAddressAndPort(address, transport.toLowerCase() as Transport) : undefined;
}

/** systemd-socket-proxyd(8): the argument that is not an option. */
function ofSocketProxyd(args: readonly string[]): ForwarderTarget | undefined {
  const takesValue = /^(?:-c|--connections-max|--exit-idle-time)$/;
  const isOption = (arg: string, at: number) => arg.startsWith('-') || takesValue.test(args[at - 1] ?? '');
  const [address = '', ...others] = args.filter((arg, at) => !isOption(arg, at));
  return others.length > 0 ? undefined : parseAddressAndPort(address, 'tcp');
}

function parseAddressAndPort(text: string, transport: Transport): ForwarderTarget | undefined {
  const [, bracketed, bare = '', port = ''] = /^(?:\[([^\]]*)\]|([^:[\]\s/]+)):(\d+)$/.exec(text) ?? [];
  if (bracketed !== undefined && !isIPv6(bracketed)) return undefined;
  return toTarget(transport, bracketed ?? bare, port);
}

function toTarget(transport: Transport, host: string, port: string): ForwarderTarget | undefined {
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (host === '' || number < 1 || number > 65535) return undefined;
  return { transport, host: canonical(host), port: number };
}

/** An IPv6 address in the same text form as the kernel's; anything else unchanged. */
function canonical(host: string): string {
  return isIPv6(host) && /^[\da-f:]+$/i.test(host) ? formatIpv6(parseAddress(host)) : host;
}

/** The addresses of a target, as far as they are known without a lookup. */
export function addressesOf({ host }: ForwarderTarget): readonly string[] {
  if (host === 'localhost') return ['127.0.0.1', '::1'];
  return isIPv4(host) || isIpv6(host) ? [host] : [];
}
