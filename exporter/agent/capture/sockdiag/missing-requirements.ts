import type { MissingRequirement } from '../../missing-requirement.ts';

/** Why `sockdiag` failed with this error; empty where only the error explains it. */
export function missingForSockdiag({ message }: Error): MissingRequirement[] {
  if (message.includes('EPROTONOSUPPORT'))
    return [
      { what: 'the kernel does not support sock_diag', remedy: 'modprobe inet_diag tcp_diag udp_diag' },
    ];
  if (message.includes('EAFNOSUPPORT'))
    return [
      {
        what: 'netlink sockets are not allowed',
        remedy: 'allow AF_NETLINK (systemd: RestrictAddressFamilies=)',
      },
    ];
  return [];
}
