import type { Obstacle } from '../capture/rung.ts';

/** What made `sockdiag` fail with this error; none where only it can tell. */
export function sockdiagObstacles({ message }: Error): Obstacle[] {
  if (message.includes('EPROTONOSUPPORT'))
    return [{ what: 'the kernel has no sock_diag', remedy: 'modprobe inet_diag tcp_diag udp_diag' }];
  if (message.includes('EAFNOSUPPORT'))
    return [
      {
        what: 'netlink sockets are forbidden',
        remedy: 'allow AF_NETLINK (systemd: RestrictAddressFamilies=)',
      },
    ];
  return [];
}
