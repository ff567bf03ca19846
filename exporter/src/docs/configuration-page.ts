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

## Privileges

| what | needs |
| --- | --- |
| sockets of the own network namespace, with bytes and round-trip times | nothing |
| names of other users' processes | \`CAP_SYS_PTRACE\` and \`CAP_DAC_READ_SEARCH\` |
| other network namespaces (\`--netns all\`) | \`CAP_SYS_PTRACE\`; with \`sockdiag\` also \`CAP_SYS_ADMIN\` |

What is not allowed is left out, and one warning says so. \`musubi doctor\` tells what a host offers.
`;
}
