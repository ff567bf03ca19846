import { AGENT_OPTIONS } from '../config/agent-options.ts';
import type { Option } from '../config/option.ts';
import { markdownTable } from './markdown-table.ts';

/** The reference of the agent's settings, from its option table. */
export function configurationPage(): string {
  const rows = Object.entries(AGENT_OPTIONS as Record<string, Option<unknown>>).map(
    ([name, { value, help, env = [], default: preset }]) => [
      `\`--${name}${value ? ` ${value}` : ''}\``,
      env.map((variable) => `\`${variable.name}\``).join(', '),
      preset === undefined ? '' : `\`${preset}\``,
      help,
    ],
  );
  return `# Configuration of \`musubi agent\`

<!-- Made from exporter/src/config/agent-options.ts; \`npx vitest run --project unit exporter/src/docs -u\` makes it anew. -->

A flag goes before its environment variable, that before the YAML file of \`--config\`, that before the default. A wrong
value ends the command with exit code 2 and names the key and the value; so does an unknown key.

${markdownTable(['flag', 'variable', 'default', 'meaning'], rows)}
The keys of the YAML file are the flags without dashes:

\`\`\`yaml
interval: 5s
prometheus-listen: 0.0.0.0:9464
host-name: web-7
\`\`\`

## OTLP

The agent pushes when \`--otlp-endpoint\`, \`OTEL_EXPORTER_OTLP_ENDPOINT\`, \`OTEL_EXPORTER_OTLP_METRICS_ENDPOINT\` or a
protocol is set. The standard variables for headers, compression, timeout and TLS
(\`OTEL_EXPORTER_OTLP_HEADERS\`, \`…_COMPRESSION\`, \`…_TIMEOUT\`, \`…_CERTIFICATE\`, \`…_CLIENT_KEY\`, \`…_CLIENT_CERTIFICATE\`,
\`…_INSECURE\`, each also as \`…_METRICS_…\`) are read as the OpenTelemetry specification has them.
\`OTEL_RESOURCE_ATTRIBUTES\` and \`OTEL_SERVICE_NAME\` make the resource; \`service.instance.id\` is the host's name unless
given, so that a restart does not rename every series.

An endpoint that cannot be reached is tried again at every interval, oldest batch first. 120 batches wait; beyond that
the oldest is dropped and counted in \`musubi_push_dropped_total\`.

## Captures

| \`--capture\` | how it looks | what it needs |
| --- | --- | --- |
| \`ebpf\` | a program in the kernel counts every connection as it opens, fails and closes | Linux 5.12 with BTF (\`/sys/kernel/btf/vmlinux\`), \`libbpf.so.1\`, the root of cgroup2 mounted, the host's pid namespace |
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
| \`CAP_NET_ADMIN\` | needed: follows UDP | – | – |
| \`CAP_SYS_PTRACE\` | whole names of other users' processes; else 15 bytes of them, and none of Node.js's | their names; other network namespaces | their names; other network namespaces |
| \`CAP_DAC_READ_SEARCH\` | – | their names | their names |
| \`CAP_SYS_ADMIN\` | – | other network namespaces | – |
| none | does not work | the own user's processes in the own network namespace, and all other connections there without a name | the same |

The first five are what \`provisioning/systemd/musubi.service\` and \`docker-compose.yml\` grant, the former to a user that
exists only while it runs; \`CAP_SYS_ADMIN\` is worth adding only where \`ebpf\` is not to be had. What is not allowed is left out, and a
warning says so. \`musubi doctor\` tries every capture and tells what each lacks and how to get it.
`;
}
