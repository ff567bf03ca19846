import { parseRules, type Rule } from '@musubi/agent/identify/rules';
import { DEFAULT_MAX_EDGES, DEFAULT_MAX_SERVICES } from '@musubi/agent/limit/limits';
import { LOG_FORMATS, LOG_LEVELS } from '@musubi/agent/log';
import { option } from './option.ts';
import { parseNetworks, parseNetworksText } from './parse-networks.ts';
import {
  oneOf,
  parseBoolean,
  parseCount,
  parseDirectory,
  parseDuration,
  parseHosts,
  parseLabel,
  parseListen,
  parseMilliseconds,
  parseText,
  parseUrl,
} from './values.ts';

export const helpOption = option({ short: 'h', help: 'print this help', parse: parseBoolean });
export const jsonOption = option({ help: 'print JSON', parse: parseBoolean });

/** The options of every command that reads the sockets of this host. */
export const HOST_OPTIONS = {
  capture: option({
    value: 'auto|ebpf|sockdiag|procfs',
    help: 'how to read sockets; auto uses the first that works',
    env: [{ name: 'MUSUBI_CAPTURE' }],
    parse: oneOf('auto', 'ebpf', 'sockdiag', 'procfs'),
    default: 'auto',
  }),
  netns: option({
    value: 'all|self',
    help: "network namespaces to read: all on the host, or only the agent's own",
    env: [{ name: 'MUSUBI_NETNS' }],
    parse: oneOf('all', 'self'),
    default: 'all',
  }),
  'host-name': option({
    value: 'NAME',
    help: "host name in labels (default: host.name of OTEL_RESOURCE_ATTRIBUTES, or the system's)",
    env: [{ name: 'MUSUBI_HOST_NAME' }],
    parse: parseLabel,
  }),
  site: option({
    value: 'NAME',
    help: 'location of this host: a rack, a zone, a data centre',
    env: [{ name: 'MUSUBI_SITE' }],
    parse: parseLabel,
  }),
  rules: option({
    value: 'LIST',
    help: 'service names of matching processes; a list in the file',
    fileOnly: true,
    parse: (text): readonly Rule[] => (text === 'none' ? [] : parseRules(text)),
    parseList: parseRules,
    default: 'none',
  }),
  networks: option({
    value: 'CIDR=NAME,…',
    help: 'address ranges grouped under a name, or kept by address without one; a list in the file',
    env: [{ name: 'MUSUBI_NETWORKS' }],
    parse: parseNetworksText,
    parseList: parseNetworks,
  }),
  internet: option({
    value: 'fold|keep',
    help: 'whether public addresses are folded into one service, internet',
    env: [{ name: 'MUSUBI_INTERNET' }],
    parse: oneOf('fold', 'keep'),
    default: 'fold',
  }),
  dns: option({
    value: 'responses|off',
    help: 'whether to name remote endpoints by the DNS responses that this host receives',
    env: [{ name: 'MUSUBI_DNS' }],
    parse: oneOf('responses', 'off'),
    default: 'responses',
  }),
  'reverse-dns': option({
    value: 'on|off',
    help: 'whether to look up unnamed remote addresses by reverse DNS',
    env: [{ name: 'MUSUBI_REVERSE_DNS' }],
    parse: oneOf('on', 'off'),
    default: 'off',
  }),
  nat: option({
    value: 'auto|off',
    help: 'whether to resolve addresses translated by this host (NAT)',
    env: [{ name: 'MUSUBI_NAT' }],
    parse: oneOf('auto', 'off'),
    default: 'auto',
  }),
  'container-engine': option({
    value: 'SOCKET|none',
    help: 'container engine socket for container names (default: Docker and Podman)',
    env: [{ name: 'MUSUBI_CONTAINER_ENGINE' }],
    parse: parseText,
  }),
  kubernetes: option({
    value: 'auto|kubelet|none',
    help: 'source of pod names; auto uses the API server in a pod with NODE_NAME set',
    env: [{ name: 'MUSUBI_KUBERNETES' }],
    parse: oneOf('auto', 'kubelet', 'none'),
    default: 'auto',
  }),
  'proc-root': option({
    value: 'DIR',
    help: 'mount point of the proc file system',
    env: [{ name: 'MUSUBI_PROC_ROOT' }],
    parse: parseDirectory,
    default: '/proc',
  }),
  config: option({
    value: 'FILE',
    help: 'YAML file of settings; its keys are these flags without the dashes',
    env: [{ name: 'MUSUBI_CONFIG' }],
    parse: parseText,
  }),
  help: helpOption,
};

export const AGENT_OPTIONS = {
  interval: option({
    value: 'DURATION',
    help: 'polling interval',
    env: [{ name: 'MUSUBI_INTERVAL' }],
    parse: parseDuration,
    default: '2s',
  }),
  'edge-expiration': option({
    value: 'DURATION',
    help: 'how long a dependency is exported after its last use',
    env: [{ name: 'MUSUBI_EDGE_EXPIRATION' }],
    parse: parseDuration,
    default: '5m',
  }),
  'max-services': option({
    value: 'COUNT',
    help: 'maximum number of distinct services (servers, and pure clients, each); others are folded into `other`',
    env: [{ name: 'MUSUBI_MAX_SERVICES' }],
    parse: parseCount,
    default: `${DEFAULT_MAX_SERVICES}`,
  }),
  'max-edges-per-service': option({
    value: 'COUNT',
    help: 'maximum number of dependencies per service, direction and transport; others are folded into `other`',
    env: [{ name: 'MUSUBI_MAX_EDGES_PER_SERVICE' }],
    parse: parseCount,
    default: `${DEFAULT_MAX_EDGES}`,
  }),
  'web.listen-address': option({
    value: 'ADDRESS:PORT',
    help: 'address on which to expose /metrics (default: 127.0.0.1:9464, unless OTLP is configured)',
    env: [{ name: 'MUSUBI_WEB_LISTEN_ADDRESS' }],
    parse: parseListen,
  }),
  'web.allowed-hosts': option({
    value: 'NAME,…|all',
    help: "names by which clients can reach /metrics, besides localhost, addresses and the host's own",
    env: [{ name: 'MUSUBI_WEB_ALLOWED_HOSTS' }],
    parse: parseHosts,
    default: 'none',
  }),
  'web.config.file': option({
    value: 'FILE',
    help: "TLS, client certificates and basic authentication for /metrics, with the keys of Prometheus's exporters",
    env: [{ name: 'MUSUBI_WEB_CONFIG_FILE' }],
    parse: parseText,
  }),
  'otlp-endpoint': option({
    value: 'URL',
    help: 'endpoint to which metrics are pushed by OTLP',
    parse: parseUrl,
  }),
  'otlp-protocol': option({
    value: 'grpc|http/protobuf',
    help: 'OTLP protocol (default: grpc)',
    env: [{ name: 'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL' }, { name: 'OTEL_EXPORTER_OTLP_PROTOCOL' }],
    parse: oneOf('grpc', 'http/protobuf'),
  }),
  'otlp-export-interval': option({
    value: 'DURATION',
    help: 'interval between OTLP pushes',
    env: [{ name: 'OTEL_METRIC_EXPORT_INTERVAL', parse: parseMilliseconds }],
    parse: parseDuration,
    default: '60s',
  }),
  'log-level': option({
    value: LOG_LEVELS.join('|'),
    help: 'lowest level of the lines that are logged',
    env: [{ name: 'MUSUBI_LOG_LEVEL' }],
    parse: oneOf(...LOG_LEVELS),
    default: 'info',
  }),
  'log-format': option({
    value: LOG_FORMATS.join('|'),
    help: 'format of the log, one line for each event',
    env: [{ name: 'MUSUBI_LOG_FORMAT' }],
    parse: oneOf(...LOG_FORMATS),
    default: 'logfmt',
  }),
  ...HOST_OPTIONS,
};
