import { DEFAULT_MAX_PIDS } from '@musubi/agent/limit/limits';
import { AGENT_OPTIONS } from '../config/agent-options.ts';
import type { Option } from '../config/option.ts';
import { markdownTable } from './markdown-table.ts';

/** The reference of the agent's settings, from its option table. */
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

<!-- Made from exporter/cli/config/agent-options.ts; \`npx vitest run --project unit exporter/cli/docs -u\` makes it anew. -->

A flag goes before its environment variable, that before the YAML file of \`--config\`, that before the default. A wrong
value ends the command with exit code 2 and names the key and the value; so does an unknown key.

${markdownTable(['flag', 'variable', 'default', 'meaning'], rows)}
The keys of the YAML file are the flags without dashes, and lists for which a flag has no room. One file serves all
commands:

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
  - { cidr: 10.30.0.0/16, site: fra-2 } # each address by itself, at that site
  - { cidr: 203.0.113.0/24 } # hosts of one's own with public addresses
\`\`\`

## The other end

An end on another host of which only the address is known is named by the narrowest range that holds it. One of
\`networks\` with a name stands for all its addresses (\`kind\` is \`network\`). One without keeps them apart, as do the
ranges that are nobody's on the internet: private (RFC 1918, RFC 4193), a carrier's (RFC 6598), link-local, loopback,
multicast, reserved, and those under test (RFC 2544). What this host asked name servers for goes by the name it asked
for (\`dns\`, see [naming](naming.md#names-by-dns)). All other addresses are the service \`internet\`, unless
\`--internet keep\` is given. An address that is folded is gone from the labels, and with it the way to join both
reports of a connection: list the public ranges of hosts that run an exporter, without a name. The host's own addresses
are never folded.

## Limits

| what | limit | beyond it |
| --- | --- | --- |
| services of this host | \`--max-services\` that are asked, and as many that only ask, within an hour | the service \`other\`, without process and pid |
| pids of a service and process name, as source and as destination | ${DEFAULT_MAX_PIDS} within an hour | the pid \`many\`, until there have not been too many for an hour |
| dependencies of a service, in each direction and transport | \`--max-edges-per-service\` | the far end is the service \`other\`, without an address and on the same port; past 16 of these also without the port and the own process, pid and address |

Those that came first are told until they have not been in use for that time, edges for \`--edge-expiration\`. Sums stay exact:
what is folded counts with the edge that it is folded into. \`musubi_edges_folded\` and
\`musubi_connections_folded_total\` tell how much that is, by the reason: \`internet\`, \`network\`, \`dns\`, \`forwarder\`,
\`service_limit\`, \`edge_limit\`, \`pid_limit\`.

## OTLP

The agent pushes when \`--otlp-endpoint\`, \`OTEL_EXPORTER_OTLP_ENDPOINT\`, \`OTEL_EXPORTER_OTLP_METRICS_ENDPOINT\` or a
protocol is set. The standard variables for headers, compression, timeout and TLS
(\`OTEL_EXPORTER_OTLP_HEADERS\`, \`…_COMPRESSION\`, \`…_TIMEOUT\`, \`…_CERTIFICATE\`, \`…_CLIENT_KEY\`, \`…_CLIENT_CERTIFICATE\`,
\`…_INSECURE\`, each also as \`…_METRICS_…\`) are read as the OpenTelemetry specification has them.
\`OTEL_RESOURCE_ATTRIBUTES\` and \`OTEL_SERVICE_NAME\` make the resource; \`service.instance.id\` is the host's name unless
given, so that a restart does not rename every series.

An endpoint that cannot be reached is tried again at every interval, oldest batch first. 120 batches wait; beyond that
the oldest is dropped and counted in \`musubi_otlp_batches_dropped_total\`.

## Captures

| \`--capture\` | how it looks | what it needs |
| --- | --- | --- |
| \`ebpf\` | a program in the kernel counts every connection as it opens, fails and closes | Linux 5.14 with BTF (\`/sys/kernel/btf/vmlinux\`), \`libbpf.so.1\`, the root of cgroup2 mounted, the host's pid namespace |
| \`sockdiag\` | polls the socket tables over netlink | the kernel's modules \`tcp_diag\` and \`udp_diag\` |
| \`procfs\` | polls the socket tables in \`/proc\` | nothing |

\`auto\` takes the first that works; each one passed over is logged with what it lacks. One that fails later is started anew.
If it fails again within ten minutes, the next takes over for good; where none works, all are tried
again every ten seconds. One that was asked for by name is never left for another. \`musubi_capture_info\` tells which is in
use. What is open when a capture starts counts as open, not as opened.

## Privileges

| capability | with \`ebpf\` | with \`sockdiag\` | with \`procfs\` |
| --- | --- | --- | --- |
| \`CAP_BPF\` | needed: maps and programs | – | – |
| \`CAP_PERFMON\` | needed: follows TCP | – | – |
| \`CAP_NET_ADMIN\` | needed: follows UDP; address translation | address translation | address translation |
| \`CAP_SYS_PTRACE\` | whole names of other users' processes, else 15 bytes of them (of Node.js's, \`MainThread\`); their \`OTEL_SERVICE_NAME\` | their names; other network namespaces | their names; other network namespaces |
| \`CAP_DAC_READ_SEARCH\` | – | their names | their names |
| \`CAP_NET_RAW\` | names of far ends by DNS | names of far ends by DNS | names of far ends by DNS |
| \`CAP_SYS_ADMIN\` | address translation by rules of other network namespaces | other network namespaces | as \`ebpf\` |
| none | does not work | the own user's processes in the own network namespace, and all other connections there without a name | the same |

The first six are what \`provisioning/systemd/musubi.service\` and \`docker-compose.yml\` grant, the former to a user that
exists only while it runs; \`CAP_SYS_ADMIN\` is worth adding only where \`ebpf\` is not to be had. What is not allowed is left out, and a
warning says so. \`musubi doctor\` tries every capture and tells what each lacks and how to get it.
`;
}
