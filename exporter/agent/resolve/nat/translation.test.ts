import { describe, expect, it } from 'vitest';
import type { TrackedConnection } from '../../conntrack/conntrack.ts';
import { translationsOf } from './translation.ts';

/** `10.0.0.1:50000` */
function endpoint(text: string): [address: string, port: number] {
  const at = text.lastIndexOf(':');
  return [text.slice(0, at), Number(text.slice(at + 1))];
}

/** A connection that was asked for as the first two say, and is answered as the other two. */
function tracked(asker: string, asked: string, answers: string, to: string, netns = 1): TrackedConnection {
  const [src, srcPort] = endpoint(asker);
  const [dst, dstPort] = endpoint(asked);
  const [replySrc, replySrcPort] = endpoint(answers);
  const [replyDst, replyDstPort] = endpoint(to);
  return {
    ...{ id: 1, transport: 'tcp', netns },
    original: { src, srcPort, dst, dstPort },
    reply: { src: replySrc, srcPort: replySrcPort, dst: replyDst, dstPort: replyDstPort },
  };
}

/** What is told of each end: whose socket, and where it is. */
function told(connections: readonly TrackedConnection[], ...here: readonly string[]) {
  return toldAfter([], connections, ...here);
}

function toldAfter(
  earlier: readonly TrackedConnection[],
  connections: readonly TrackedConnection[],
  ...here: readonly string[]
) {
  const isHere = (address: string) => here.includes(address) || address.startsWith('127.');
  return translationsOf(connections, isHere, earlier).map(({ end, place, again }) => ({
    socket: `${end.direction} ${end.localAddress}:${end.localPort} ${end.remoteAddress}:${end.remotePort}`,
    place: `${place.localAddress} ${place.remoteAddress} ${place.port}`,
    ...(again && { again }),
  }));
}

describe('the end that asks', () => {
  it('is where this host has sent it, and comes from the address that this host has given it', () => {
    const connection = tracked('172.17.0.2:50000', '10.96.0.1:80', '10.9.9.9:8080', '10.1.1.1:61000');
    expect(told([connection], '172.17.0.2', '10.1.1.1')).toEqual([
      { socket: 'outbound 172.17.0.2:50000 10.96.0.1:80', place: '10.1.1.1 10.9.9.9 8080' },
    ]);
  });

  it('is followed from one network namespace to the next', () => {
    const inContainer = tracked('172.17.0.2:5', '10.96.0.1:80', '10.8.8.8:81', '172.17.0.2:5', 1);
    const onHost = tracked('172.17.0.2:5', '10.8.8.8:81', '10.9.9.9:82', '10.1.1.1:6', 2);
    const end = { socket: 'outbound 172.17.0.2:5 10.96.0.1:80', place: '10.1.1.1 10.9.9.9 82' };
    expect(told([inContainer, onHost], '172.17.0.2')).toEqual([end]);
    expect(told([onHost, inContainer], '172.17.0.2')).toEqual([end]);
    expect(toldAfter([onHost], [inContainer], '172.17.0.2')).toEqual([end]);
  });

  it('is told again where it is sent on by what is heard of later', () => {
    const inContainer = tracked('172.17.0.2:5', '10.96.0.1:80', '10.8.8.8:81', '172.17.0.2:5', 1);
    const onHost = tracked('172.17.0.2:5', '10.8.8.8:81', '10.9.9.9:82', '10.1.1.1:6', 2);
    const socket = 'outbound 172.17.0.2:5 10.96.0.1:80';
    expect(told([inContainer], '172.17.0.2')).toEqual([{ socket, place: '172.17.0.2 10.8.8.8 81' }]);
    expect(toldAfter([inContainer], [onHost], '172.17.0.2')).toEqual([
      { socket, place: '10.1.1.1 10.9.9.9 82', again: true },
    ]);
  });

  it('is not sent round in a circle for ever', () => {
    const there = tracked('10.0.0.1:5', '10.0.0.2:80', '10.0.0.3:80', '10.0.0.1:5', 1);
    const back = tracked('10.0.0.1:5', '10.0.0.3:80', '10.0.0.2:80', '10.0.0.1:5', 2);
    expect(told([there, back], '10.0.0.1')).toHaveLength(2);
  });

  it('on loopback is not mixed up with that of another network namespace', () => {
    const one = tracked('127.0.0.1:5', '127.0.0.11:53', '127.0.0.11:4001', '127.0.0.1:5', 1);
    const other = tracked('127.0.0.1:5', '127.0.0.11:4001', '127.0.0.1:4002', '127.0.0.1:5', 2);
    expect(told([one, other])[0]?.place).toBe('127.0.0.1 127.0.0.11 4001');
  });
});

describe('the end that is asked', () => {
  it('is where the other host has asked for it', () => {
    const published = tracked('203.0.113.7:50000', '10.1.1.1:80', '172.17.0.2:8080', '203.0.113.7:50000');
    expect(told([published], '10.1.1.1', '172.17.0.2')).toEqual([
      { socket: 'inbound 172.17.0.2:8080 203.0.113.7:50000', place: '10.1.1.1 203.0.113.7 80' },
    ]);
  });

  it('sees the address of the one who asked, whatever this host has made of it', () => {
    const hidden = tracked('203.0.113.7:50000', '10.1.1.1:80', '172.17.0.2:8080', '172.17.0.1:61000');
    expect(told([hidden], '10.1.1.1', '172.17.0.1', '172.17.0.2')).toEqual([
      { socket: 'inbound 172.17.0.2:8080 172.17.0.1:61000', place: '10.1.1.1 203.0.113.7 80' },
    ]);
  });

  it('is followed back through network namespaces', () => {
    const onHost = tracked('203.0.113.7:5', '10.1.1.1:80', '172.17.0.2:81', '203.0.113.7:5', 1);
    const inContainer = tracked('203.0.113.7:5', '172.17.0.2:81', '127.0.0.1:82', '203.0.113.7:5', 2);
    const end = { socket: 'inbound 127.0.0.1:82 203.0.113.7:5', place: '10.1.1.1 203.0.113.7 80' };
    expect(told([onHost, inContainer], '10.1.1.1', '172.17.0.2')).toEqual([end]);
    expect(toldAfter([onHost], [inContainer], '10.1.1.1', '172.17.0.2')).toEqual([end]);
  });
});

it('lets both ends meet at the socket that is asked where both are here', () => {
  const connection = tracked('172.17.0.3:5', '10.1.1.1:80', '172.17.0.2:8080', '172.17.0.1:6');
  expect(told([connection], '172.17.0.2', '172.17.0.3', '172.17.0.1', '10.1.1.1')).toEqual([
    { socket: 'outbound 172.17.0.3:5 10.1.1.1:80', place: '172.17.0.1 172.17.0.2 8080' },
  ]);
});

it('says nothing of what only passes through, nor where only the port of the one who asks is another', () => {
  expect(told([tracked('10.2.0.1:5', '10.3.0.1:80', '10.4.0.1:80', '10.2.0.1:5')], '10.1.1.1')).toEqual([]);
  expect(told([tracked('10.1.1.1:5', '10.3.0.1:80', '10.3.0.1:80', '10.1.1.1:6')], '10.1.1.1')).toEqual([]);
});
