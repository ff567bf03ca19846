import { ERROR_TYPES } from '@musubi/agent/capture/capture';
import {
  DNS_METRICS,
  EDGE_ATTRIBUTES,
  EDGE_METRICS,
  LISTEN_ATTRIBUTES,
  LISTEN_METRICS,
  type MetricDefinition,
  PROCESS_METRICS,
  SELF_METRICS,
  TABLE_METRICS,
} from '@musubi/contract/catalogue';
import { prometheusLabel, prometheusName } from '@musubi/contract/prometheus-name';
import { markdownTable } from './markdown-table.ts';

/** Meaning of each attribute. */
const ATTRIBUTE_HELP: Readonly<Record<string, string>> = {
  direction:
    '`outbound`: the reporting host is the client; `inbound`: it is the server; `unknown`: see below',
  'network.transport': '`tcp`, `udp` or `unix`',
  service: 'stable name of the process’s role',
  process: 'name of the process',
  pid: 'its process id, or `many` above a limit',
  host: 'its host',
  address:
    'its IP address (IPv4-mapped ones as IPv4); for a Unix socket its path, or `@` and its abstract name',
  port: 'listening port of the destination; `many` for attempts in vain at many ports; absent for Unix sockets',
  site: 'location: from `--site`, a rule or a network',
  kind: 'source of the name: `process`, `container`, `kubernetes` or `rule` for a local process; `dns`, `network` (named by the user) or `internet` for an address; else `unknown`',
};

/** The reference of metrics and labels, generated from the catalogue. */
export function metricsPage(): string {
  return `# Metrics

<!-- Generated from exporter/contract/catalogue.ts; \`npx vitest run --project unit exporter/cli/docs -u\` regenerates it. -->

Names and labels are the same in \`/metrics\` and by OTLP. Unknown labels are omitted.

## Dependencies

The source (\`src\`) is the client, which connects and so depends on the destination (\`dst\`), the server, whichever host
reports. Each host reports a half-edge: all labels of its own endpoint, and the address of the other.

${metricTable(Object.values(EDGE_METRICS))}
A histogram has the series \`…_bucket\` (label \`le\`, in seconds), \`…_sum\` and \`…_count\`. \`error_type\` is one of
${ERROR_TYPES.map((reason) => `\`${reason}\``).join(', ')}; \`cancelled\` means by
the client, \`fallback\` that it reached the destination at another of its addresses. Only the \`ebpf\` capture sees failures and set-up times; with other captures these two metrics are absent.

${attributeTable(EDGE_ATTRIBUTES)}
If both UDP sockets are bound to a port of their choice, the kernel does not show which one is the client; the socket
tables of the polling captures do not always show it either. The direction is then \`unknown\`, not guessed, and the
reporting process is the destination, because \`dst_port\` is its own port.

If the kernel's table of the \`ebpf\` capture is full, further dependencies are folded into the service \`other\`, without
address and port. \`musubi_capture_connections_folded_total\` counts their connections.

Public addresses, named networks and everything above the limits of a service are folded as well, with exact sums: see
[configuration](configuration.md#remote-endpoints).

## Listening services

${metricTable(Object.values(LISTEN_METRICS))}
Labels: ${LISTEN_ATTRIBUTES.map((name) => `\`${prometheusLabel(name)}\``).join(', ')}. A service that listens on every
address has a series for each address of its network namespace.

## The exporter's own health

${metricTable(Object.values(SELF_METRICS))}
The \`ebpf\` capture keeps a table of dependencies in the kernel. With other captures these metrics are absent:

${metricTable(Object.values(TABLE_METRICS))}
With \`--dns responses\`:

${metricTable(Object.values(DNS_METRICS))}
Its cost:

${metricTable(Object.values(PROCESS_METRICS))}`;
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
