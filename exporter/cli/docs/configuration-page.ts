import { DEFAULT_MAX_PIDS, MAX_ATTEMPTED } from '@musubi/agent/limit/limits';
import { AGENT_OPTIONS } from '../config/agent-options.ts';
import type { Option } from '../config/option.ts';
import { markdownTable } from './markdown-table.ts';

/** The reference of the agent's settings, generated from its option table. */
export function configurationPage(): string {
  const rows = Object.entries(AGENT_OPTIONS as Record<string, Option<unknown>>).map(
    ([name, { value, help, env = [], default: preset, fileOnly }]) => [
      fileOnly ? `\`${name}\`` : `\`--${name}${value ? ` ${value}` : ''}\``,
      env.map((variable) => `\`${variable.name}\``).join(', '),
      preset === undefined ? '' : `\`${preset}\``,
      help,
    ],
  );
  return `# Configuration of \`musubi agent\`

<!-- Generated from exporter/cli/config/agent-options.ts; \`npx vitest run --project unit exporter/cli/docs -u\` regenerates it. -->

Precedence: flag, environment variable, YAML file of \`--config\`, default. An invalid value or an unknown key ends the
command with exit code 2 and an error that names the key and the value.

${markdownTable(['flag', 'variable', 'default', 'meaning'], rows)}
The keys of the YAML file are the flags without dashes, and lists that do not fit a flag. One file serves all commands:

\`\`\`yaml
interval: 5s
web.listen-address: 0.0.0.0:9464
host-name: web-7
site: fra-1
rules:
  - match:
      executable: .*/python3
      command: .* /srv/(?<app>[a-z]+)/main.py( .*)?
    service: \${app}
networks:
  - { cidr: 10.20.0.0/16, name: office, site: hq } # one service for all its addresses
  - { cidr: 10.30.0.0/16, site: fra-2 } # each address on its own, at that site
  - { cidr: 203.0.113.0/24 } # own hosts with public addresses
\`\`\`

## Signals

- \`SIGTERM\` and \`SIGINT\` stop the agent. If it pushes by OTLP, it runs one last collection cycle and pushes once more, within 7
  seconds.
- \`SIGHUP\` reloads the configuration file: \`rules\`, \`networks\`, \`internet\`, \`site\`, limits and intervals take effect with the next
  collection cycle, and no sum starts again. Other changed settings are logged: they take effect after a restart. An
  invalid file is refused and logged, and the configuration before stays in use; \`musubi_config_last_reload_successful\` is then 0.
- \`SIGUSR1\` is ignored: it would open the inspector of Node.js to every local user.

The log is one line for each event on standard error. Lines that cannot be written, as on a full disk, are counted in
\`musubi_log_lines_lost_total\`, and their number is logged once there is space again.

## Remote endpoints

An endpoint on another host, known only by its address, is named by the narrowest matching range:

- A range of \`networks\` with a name folds all its addresses into one service (\`kind\` is \`network\`).
- A range without a name keeps its addresses distinct. So do the ranges that are not public: private (RFC 1918, RFC 4193),
  carrier-grade NAT (RFC 6598), link-local, loopback, multicast, reserved, and benchmarking (RFC 2544).
- An address that this host resolved by DNS has the name that was queried (\`kind\` is \`dns\`, see
  [naming](naming.md#names-by-dns)).
- All other addresses are the service \`internet\`, unless \`--internet keep\` is set.

The labels of a folded endpoint have no address, so the two half-edges of its connections cannot be joined. List public
ranges of hosts that run an exporter under \`networks\`, without a name. The host's own addresses are never folded.

## Limits

| what | limit | above the limit |
| --- | --- | --- |
| services of this host | \`--max-services\` servers and as many pure clients, within an hour | the service \`other\`, without process and pid |
| pids of a service and process name, as source and as destination | ${DEFAULT_MAX_PIDS} within an hour | the pid \`many\`, until the limit was not exceeded for an hour |
| dependencies of a service, in each direction and transport | \`--max-edges-per-service\` | the remote endpoint is the service \`other\`, without an address and on the same port; above 16 of these also without the port and the local process, pid and address |
| ports of a destination, and destinations, where all attempts of a client failed | ${MAX_ATTEMPTED} within an hour | \`dst_port\` is \`many\`, or the destination the service \`other\`: for all of them if the limit is exceeded at once, and never for a dependency that had a connection within an hour |

First come, first served: a service or pid stays listed until it was unused for an hour, an edge until it was unused
for \`--edge-expiration\`. Sums stay exact: what is folded is counted with the edge it is folded into.
\`musubi_edges_folded\` and \`musubi_connections_folded_total\` count folded edges and connections by reason:
\`internet\`, \`network\`, \`dns\`, \`forwarder\`, \`attempts\`, \`service_limit\`, \`edge_limit\`, \`pid_limit\`.

## OTLP

The agent pushes when \`--otlp-endpoint\`, \`OTEL_EXPORTER_OTLP_ENDPOINT\`, \`OTEL_EXPORTER_OTLP_METRICS_ENDPOINT\` or a
protocol is set. The standard variables for headers, compression, timeout and TLS
(\`OTEL_EXPORTER_OTLP_HEADERS\`, \`…_COMPRESSION\`, \`…_TIMEOUT\`, \`…_CERTIFICATE\`, \`…_CLIENT_KEY\`, \`…_CLIENT_CERTIFICATE\`,
\`…_INSECURE\`, each also as \`…_METRICS_…\`) follow the OpenTelemetry specification; one that is invalid ends the
agent with exit code 2. Certificate files are read again when they change. Sums are always cumulative:
\`OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta\` is refused, as a lost push would then lose connections. The
\`cumulativetodelta\` processor of the collector converts them.
\`OTEL_RESOURCE_ATTRIBUTES\` and \`OTEL_SERVICE_NAME\` set the resource; \`service.instance.id\` defaults to the host name,
so that a restart does not renew every series.

A batch has at most 2 MiB, and one that the endpoint finds too large is sent in halves. Batches that cannot be delivered
are retried at every interval, oldest first, or after the delay that the endpoint sets (\`Retry-After\`, \`RetryInfo\`; an
hour at most). Up to 32 MiB of compressed batches are queued: a day at 100 edges, 7 minutes at 16,000. When the queue is full, exports in
between are removed as long as one remains for each half of \`--edge-expiration\`: they cost only resolution in time, as sums are
cumulative, and double the time. Then the oldest is dropped, with a warning and in \`musubi_otlp_batches_dropped_total\`. A log line about refused
batches appears at most once a minute, with the text of the endpoint.

## Captures

| \`--capture\` | how it works | requirements |
| --- | --- | --- |
| \`ebpf\` | a BPF program counts every connection when it opens, fails and closes | Linux 5.14 with BTF (\`/sys/kernel/btf/vmlinux\`), \`libbpf.so.1\`, cgroup2 mounted at its root, the host's pid namespace |
| \`sockdiag\` | polls the socket tables over netlink | kernel modules \`tcp_diag\` and \`udp_diag\` |
| \`procfs\` | polls the socket tables in \`/proc\` | none |

\`auto\` uses the first capture that works, and logs why the others are not available. A capture that fails later is
restarted. If it fails again within ten minutes, the next one replaces it; if none works, all are retried every ten
seconds. A capture that lacks file descriptors or memory is retried for 30 seconds first. Better captures than the one in
use are tried again after a minute, then after twice as long each time, up to an hour, without end. A capture that was
selected by name is never replaced. \`musubi_capture_info\` shows the capture in use.
Connections that are open when a capture starts count as open, not as opened.

## Privileges

| capability | with \`ebpf\` | with \`sockdiag\` | with \`procfs\` |
| --- | --- | --- | --- |
| \`CAP_BPF\` | required: maps and programs | – | – |
| \`CAP_PERFMON\` | required: TCP tracepoints | – | – |
| \`CAP_NET_ADMIN\` | required: UDP hooks; address translation (NAT) | address translation (NAT) | address translation (NAT) |
| \`CAP_SYS_PTRACE\` | full names of other users' processes, else their first 15 bytes (\`MainThread\` for Node.js); their \`OTEL_SERVICE_NAME\` | their names; other network namespaces | their names; other network namespaces |
| \`CAP_DAC_READ_SEARCH\` | – | their names | their names |
| \`CAP_NET_RAW\` | names of remote endpoints by DNS | the same | the same |
| \`CAP_SYS_ADMIN\` | NAT rules of other network namespaces | other network namespaces | as \`ebpf\` |
| none | does not work | processes of the agent's user in its own network namespace; all other connections there without a name | the same |

\`provisioning/systemd/musubi.service\` and \`docker-compose.yml\` grant the first six; the systemd unit grants them to a
dynamic user. \`CAP_SYS_ADMIN\` is useful only if \`ebpf\` is not available. What the agent may not read is omitted, with a
warning. \`musubi doctor\` tries every capture and lists what each is missing and how to provide it.
`;
}
