/** The cost of observing DNS responses for other packets, with the agent's sockets and with alternatives. */
import { responseFilter } from '../../exporter/agent/resolve/dns/filter.ts';

import { type BenchmarkOptions, type Finding, withInterval } from './benchmark.ts';
import { run } from './child.ts';
import { compile } from './native.ts';
import { estimate, paired } from './pairs.ts';

const AF_INET = 2;

const LISTENERS = {
  connected: 'a raw UDP socket, connected to the name server: as the agent does',
  unconnected: 'a raw UDP socket for all',
  packet: 'a packet socket',
} as const;
const PACKETS = ['tcp', 'udp', 'server'] as const;

export async function dns({ quick }: BenchmarkOptions): Promise<Finding> {
  const program = await compile('packets');
  const filter = responseFilter(AF_INET).toString('hex');
  const text = await run(['taskset', '-c', '1', program, quick ? '50' : '1000', filter]);
  const raw: Record<string, number[]> = {};
  for (const line of text.trim().split('\n')) {
    const [packet = '', listener = '', nanoseconds] = line.split(' ');
    const key = `${packet} ${listener}`;
    raw[key] ??= [];
    raw[key].push(Number(nanoseconds));
  }
  const of = (packet: string, listener: string) => raw[`${packet} ${listener}`] ?? [];
  const row = (listener: string, title: string) => [
    title,
    ...PACKETS.map((packet) =>
      withInterval(
        estimate(paired(of(packet, listener), of(packet, 'nothing'), (one, none) => one - none)),
        0,
        'ns',
      ),
    ),
  ];
  const alone = PACKETS.map((packet) => `${estimate(of(packet, 'nothing')).median.toFixed(0)} ns`);
  const head = ['per packet', 'TCP', 'UDP of others', 'UDP of the name server, no response'];
  const rows = Object.entries(LISTENERS).map(([listener, title]) => row(listener, title));
  return { head, rows: [['without; other rows are in addition', ...alone], ...rows], raw };
}
