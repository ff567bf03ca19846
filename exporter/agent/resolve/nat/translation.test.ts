import { describe, expect, it } from 'vitest';
import type { TrackedConnection } from '../../conntrack/conntrack.ts';
import { translationsOf } from './translation.ts';

/** `10.0.0.1:50000` */
function endpoint(text: string): [address: string, port: number] {
  const at = text.lastIndexOf(':');
  return [text.slice(0, at), Number(text.slice(at + 1))];
}

/** A connection from `client` to `server`, whose replies go from `replyFrom` to `replyTo`. */
function tracked(
  client: string,
  server: string,
  replyFrom: string,
  replyTo: string,
  netns = 1,
): TrackedConnection {
  const [src, srcPort] = endpoint(client);
  const [dst, dstPort] = endpoint(server);
  const [replySrc, replySrcPort] = endpoint(replyFrom);
  const [replyDst, replyDstPort] = endpoint(replyTo);
  return {
    ...{ id: 1, transport: 'tcp', netns },
    original: { src, srcPort, dst, dstPort },
    reply: { src: replySrc, srcPort: replySrcPort, dst: replyDst, dstPort: replyDstPort },
  };
}

/** Each socket of this host, and its addresses on the wire. */
function socketsOf(connections: readonly TrackedConnection[], ...here: readonly string[]) {
  return socketsAfter([], connections, ...here);
}

function socketsAfter(
  earlier: readonly TrackedConnection[],
  connections: readonly TrackedConnection[],
  ...here: readonly string[]
) {
  const isLocal = (address: string) => here.includes(address) || address.startsWith('127.');
  return translationsOf(connections, isLocal, earlier).map(({ tuple, wire, isUpdate }) => ({
    socket: `${tuple.direction} ${tuple.localAddress}:${tuple.localPort} ${tuple.remoteAddress}:${tuple.remotePort}`,
    wire: `${wire.localAddress} ${wire.remoteAddress} ${wire.port}`,
    ...(isUpdate && { isUpdate }),
  }));
}

describe('a client', () => {
  it('gets the server to which this host has sent it, and the source address that this host has given it', () => {
    const connection = tracked('172.17.0.2:50000', '10.96.0.1:80', '10.9.9.9:8080', '10.1.1.1:61000');
    expect(socketsOf([connection], '172.17.0.2', '10.1.1.1')).toEqual([
      { socket: 'outbound 172.17.0.2:50000 10.96.0.1:80', wire: '10.1.1.1 10.9.9.9 8080' },
    ]);
  });

  it('is followed from one network namespace to the next', () => {
    const inContainer = tracked('172.17.0.2:5', '10.96.0.1:80', '10.8.8.8:81', '172.17.0.2:5', 1);
    const onHost = tracked('172.17.0.2:5', '10.8.8.8:81', '10.9.9.9:82', '10.1.1.1:6', 2);
    const end = { socket: 'outbound 172.17.0.2:5 10.96.0.1:80', wire: '10.1.1.1 10.9.9.9 82' };
    expect(socketsOf([inContainer, onHost], '172.17.0.2')).toEqual([end]);
    expect(socketsOf([onHost, inContainer], '172.17.0.2')).toEqual([end]);
    expect(socketsAfter([onHost], [inContainer], '172.17.0.2')).toEqual([end]);
  });

  it('is updated if a later step translates it further', () => {
    const inContainer = tracked('172.17.0.2:5', '10.96.0.1:80', '10.8.8.8:81', '172.17.0.2:5', 1);
    const onHost = tracked('172.17.0.2:5', '10.8.8.8:81', '10.9.9.9:82', '10.1.1.1:6', 2);
    const socket = 'outbound 172.17.0.2:5 10.96.0.1:80';
    expect(socketsOf([inContainer], '172.17.0.2')).toEqual([{ socket, wire: '172.17.0.2 10.8.8.8 81' }]);
    expect(socketsAfter([inContainer], [onHost], '172.17.0.2')).toEqual([
      { socket, wire: '10.1.1.1 10.9.9.9 82', isUpdate: true },
    ]);
  });

  it('is not followed in a circle', () => {
    const there = tracked('10.0.0.1:5', '10.0.0.2:80', '10.0.0.3:80', '10.0.0.1:5', 1);
    const back = tracked('10.0.0.1:5', '10.0.0.3:80', '10.0.0.2:80', '10.0.0.1:5', 2);
    expect(socketsOf([there, back], '10.0.0.1')).toHaveLength(2);
  });

  it('on loopback is kept apart from that of another network namespace', () => {
    const one = tracked('127.0.0.1:5', '127.0.0.11:53', '127.0.0.11:4001', '127.0.0.1:5', 1);
    const other = tracked('127.0.0.1:5', '127.0.0.11:4001', '127.0.0.1:4002', '127.0.0.1:5', 2);
    expect(socketsOf([one, other])[0]?.wire).toBe('127.0.0.1 127.0.0.11 4001');
  });
});

describe('a server', () => {
  it('gets the address to which the other host has connected', () => {
    const published = tracked('203.0.113.7:50000', '10.1.1.1:80', '172.17.0.2:8080', '203.0.113.7:50000');
    expect(socketsOf([published], '10.1.1.1', '172.17.0.2')).toEqual([
      { socket: 'inbound 172.17.0.2:8080 203.0.113.7:50000', wire: '10.1.1.1 203.0.113.7 80' },
    ]);
  });

  it('gets the client’s own address, whatever this host has replaced it by', () => {
    const hidden = tracked('203.0.113.7:50000', '10.1.1.1:80', '172.17.0.2:8080', '172.17.0.1:61000');
    expect(socketsOf([hidden], '10.1.1.1', '172.17.0.1', '172.17.0.2')).toEqual([
      { socket: 'inbound 172.17.0.2:8080 172.17.0.1:61000', wire: '10.1.1.1 203.0.113.7 80' },
    ]);
  });

  it('is followed back through network namespaces', () => {
    const onHost = tracked('203.0.113.7:5', '10.1.1.1:80', '172.17.0.2:81', '203.0.113.7:5', 1);
    const inContainer = tracked('203.0.113.7:5', '172.17.0.2:81', '127.0.0.1:82', '203.0.113.7:5', 2);
    const end = { socket: 'inbound 127.0.0.1:82 203.0.113.7:5', wire: '10.1.1.1 203.0.113.7 80' };
    expect(socketsOf([onHost, inContainer], '10.1.1.1', '172.17.0.2')).toEqual([end]);
    expect(socketsAfter([onHost], [inContainer], '10.1.1.1', '172.17.0.2')).toEqual([end]);
  });
});

it('gives client and server the server’s own address if both are on this host', () => {
  const connection = tracked('172.17.0.3:5', '10.1.1.1:80', '172.17.0.2:8080', '172.17.0.1:6');
  expect(socketsOf([connection], '172.17.0.2', '172.17.0.3', '172.17.0.1', '10.1.1.1')).toEqual([
    { socket: 'outbound 172.17.0.3:5 10.1.1.1:80', wire: '172.17.0.1 172.17.0.2 8080' },
  ]);
});

it('ignores connections that are only routed, and those of which only the client’s port is translated', () => {
  expect(socketsOf([tracked('10.2.0.1:5', '10.3.0.1:80', '10.4.0.1:80', '10.2.0.1:5')], '10.1.1.1')).toEqual(
    [],
  );
  expect(socketsOf([tracked('10.1.1.1:5', '10.3.0.1:80', '10.3.0.1:80', '10.1.1.1:6')], '10.1.1.1')).toEqual(
    [],
  );
});
