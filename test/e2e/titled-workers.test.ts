import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CANNOT_CAPTURE } from '../harness/captures.ts';
import { startExporter } from '../harness/exporter.ts';
import { createNetwork } from '../harness/network.ts';
import { NODE, ROOT } from '../harness/places.ts';
import { parseSeries } from '../harness/text-page.ts';

const PERL = '/usr/bin/perl';
const PORT = 8491;
const CONNECTIONS = 6;
/**
 * A server that forks its workers in advance and sets a title for each, as spamd and Starman do: Perl replaces the
 * arguments by it and, truncated, the name of the process.
 */
const SERVER = `
  use IO::Socket::INET;
  $| = 1;
  my $listener = IO::Socket::INET->new(Listen => 8, LocalAddr => $ARGV[0]) or die $!;
  $0 = "/usr/sbin/mailer (leads)";
  for my $number (1 .. 3) {
    next if fork;
    $0 = "mailer worker $number";
    print "ready\\n";
    my @held;
    while (my $one = $listener->accept) { print $one "hello\\n"; push @held, $one }
  }
  sleep;
`;

const host = createNetwork().host('host');

it.skipIf(!existsSync(PERL)).each(['sockdiag', ...(CANNOT_CAPTURE ? [] : ['ebpf'])])(
  'workers with titles of their own are one process of one service, captured by %s',
  async (capture) => {
    const server = host.start([PERL, '-e', SERVER, `${host.address}:${PORT}`], { ownGroup: true });
    await server.waitForOutput('ready\nready\nready');
    const exporter = await startExporter(host, ['--capture', capture]);
    const client = host.start([NODE, `${ROOT}/test/workloads/web.mjs`, host.address, `${PORT}`]);
    client.writeLine(`connect ${CONNECTIONS}`);
    await client.waitForOutput(`connected ${CONNECTIONS}`);
    await exporter.cycle();

    const series = parseSeries(await exporter.metrics(), 'service_dependency_active_connections');
    const inbound = series.filter(
      ({ labels }) => labels.direction === 'inbound' && labels.dst_port === `${PORT}`,
    );
    expect(inbound).toMatchObject([
      {
        labels: { dst_service: 'mailer', dst_pid: `${server.pid}` },
        value: CONNECTIONS,
      },
    ]);
  },
);
