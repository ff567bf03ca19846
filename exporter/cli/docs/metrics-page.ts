import { FAILURES } from '@musubi/agent/capture/capture';
import {
  DNS_METRICS,
  EDGE_ATTRIBUTES,
  EDGE_METRICS,
  LISTEN_ATTRIBUTES,
  LISTEN_METRICS,
  type MetricDefinition,
  SELF_METRICS,
  TABLE_METRICS,
} from '@musubi/contract/catalogue';
import { prometheusLabel, prometheusName } from '@musubi/contract/prometheus-name';
import { markdownTable } from './markdown-table.ts';

/** What each attribute of an edge tells. */
const ATTRIBUTE_HELP: Readonly<Record<string, string>> = {
  direction: '`outbound`: the reporting host asked; `inbound`: it listens; `unknown`: see below',
  'network.transport': '`tcp`, `udp` or `unix`',
  service: 'stable name of the process’s role',
  process: 'name of the process',
  pid: 'its process id, or `many` past a limit',
  host: 'its host',
  address:
    'its IP address, an IPv4-mapped one being IPv4; of a Unix socket its path, or its abstract name after `@`',
  port: 'the port on which the destination listens; a Unix socket has none',
  site: 'group of hosts: that of `--site`, of a rule, or of a network',
  kind: 'how the name was found: by the `process`, its `container`, its `kubernetes` workload or a `rule`; by the address: `dns`, a `network` that the user named, the `internet`; or `unknown`',
};

/** The reference of metrics and labels, from the catalogue. */
export function metricsPage(): string {
  return `# Metrics

<!-- Made from exporter/contract/catalogue.ts; \`npx vitest run --project unit exporter/cli/docs -u\` makes it anew. -->

The same names and labels arrive by a scrape of \`/metrics\` and by OTLP. A label that is not known is left out.

## Dependencies

The source (\`src\`) asks for the connection and so depends on the destination (\`dst\`), which listens; always, whoever
reports. Each host reports its half: everything about its own end, the address of the other.

${metricTable(Object.values(EDGE_METRICS))}
A histogram is the series \`…_bucket\` (label \`le\`, in seconds), \`…_sum\` and \`…_count\`. \`error_type\` is one of
${FAILURES.map((reason) => `\`${reason}\``).join(', ')}; \`cancelled\` is by the one who asked. Only a
capture in the kernel sees failures and set-up times: with another, these two are absent.

${attributeTable(EDGE_ATTRIBUTES)}
Two UDP sockets that both chose their ports do not tell which of them asks. Nothing is guessed: the direction is
\`unknown\`, and the reporting process stands as the destination, since \`dst_port\` is its own.

Where a capture in the kernel runs out of room it counts further dependencies in one: the service \`other\`, which has
neither address nor port. \`musubi_capture_connections_folded_total\` tells how many connections that were.

Public addresses, networks that the user named, and what is past the limits of a service are told as one too, with exact
sums: see [configuration](configuration.md#the-other-end).

## Listening services

${metricTable(Object.values(LISTEN_METRICS))}
Labels: ${LISTEN_ATTRIBUTES.map((name) => `\`${prometheusLabel(name)}\``).join(', ')}. A service on every address has a
series for each address at which its network namespace can be reached.

## The exporter's own health

${metricTable(Object.values(SELF_METRICS))}
A capture in the kernel keeps a table of dependencies. With another capture these are absent:

${metricTable(Object.values(TABLE_METRICS))}
Where it listens to the answers of name servers (\`--dns responses\`):

${metricTable(Object.values(DNS_METRICS))}`;
}

function metricTable(metrics: readonly MetricDefinition[]): string {
  const rows = metrics.map((metric) => [
    `\`${prometheusName(metric)}\``,
    `\`${metric.name}\``,
    metric.kind === 'updown' ? 'up-down sum' : metric.kind,
    metric.unit,
    [metric.help, ...metric.attributes.map((name) => `Label \`${prometheusLabel(name)}\`.`)].join(' '),
  ]);
  return markdownTable(['Prometheus', 'OpenTelemetry', 'kind', 'unit', 'meaning'], rows);
}

function attributeTable(names: readonly string[]): string {
  const rows = names.map((name) => [
    `\`${prometheusLabel(name)}\``,
    `\`${name}\``,
    ATTRIBUTE_HELP[name] ?? ATTRIBUTE_HELP[name.slice(name.indexOf('.') + 1)] ?? '',
  ]);
  return markdownTable(['label', 'attribute', 'meaning'], rows);
}
