import { parseRules, type Rule } from '@musubi/agent/identify/rules';
import { DEFAULT_MAX_EDGES, DEFAULT_MAX_SERVICES } from '@musubi/agent/limit/limits';
import { option } from './option.ts';
import { parseNetworks, parseNetworksText } from './parse-networks.ts';
import {
  oneOf,
  parseBoolean,
  parseCount,
  parseDirectory,
  parseDuration,
  parseListen,
  parseMilliseconds,
  parseText,
  parseUrl,
} from './values.ts';

export const helpOption = option({ short: 'h', help: 'show this text', parse: parseBoolean });
export const jsonOption = option({ help: 'print JSON', parse: parseBoolean });

/** The options of every command that looks at this host. */
export const HOST_OPTIONS = {
  capture: option({
    value: 'auto|ebpf|sockdiag|procfs',
    help: 'how to read sockets; auto takes the first that works',
    env: [{ name: 'MUSUBI_CAPTURE' }],
    parse: oneOf('auto', 'ebpf', 'sockdiag', 'procfs'),
    default: 'auto',
  }),
  netns: option({
    value: 'all|self',
    help: 'which network namespaces: all on the host, or only the own one',
    env: [{ name: 'MUSUBI_NETNS' }],
    parse: oneOf('all', 'self'),
    default: 'all',
  }),
  'host-name': option({
    value: 'NAME',
    help: 'the name of this host (default: host.name of OTEL_RESOURCE_ATTRIBUTES, or the host name)',
    env: [{ name: 'MUSUBI_HOST_NAME' }],
    parse: parseText,
  }),
  site: option({
    value: 'NAME',
    help: 'where this host is: a rack, a zone, a data centre',
    env: [{ name: 'MUSUBI_SITE' }],
    parse: parseText,
  }),
  rules: option({
    value: 'LIST',
    help: 'what processes are called that match; a list in the file',
    fileOnly: true,
    parse: (text): readonly Rule[] => (text === 'none' ? [] : parseRules(text)),
    parseList: parseRules,
    default: 'none',
  }),
  networks: option({
    value: 'CIDR=NAME,…',
    help: 'ranges that are told by a name, or without one by each address; in the file a list',
    env: [{ name: 'MUSUBI_NETWORKS' }],
    parse: parseNetworksText,
    parseList: parseNetworks,
  }),
  internet: option({
    value: 'fold|keep',
    help: 'whether public addresses are told as one, the service internet',
    env: [{ name: 'MUSUBI_INTERNET' }],
    parse: oneOf('fold', 'keep'),
    default: 'fold',
  }),
  dns: option({
    value: 'answers|off',
    help: 'whether to listen to what name servers answer programs of this host, and name far ends by it',
    env: [{ name: 'MUSUBI_DNS' }],
    parse: oneOf('answers', 'off'),
    default: 'answers',
  }),
  'reverse-dns': option({
    value: 'on|off',
    help: 'whether to ask name servers what far ends are called that have no other name',
    env: [{ name: 'MUSUBI_REVERSE_DNS' }],
    parse: oneOf('on', 'off'),
    default: 'off',
  }),
  nat: option({
    value: 'auto|off',
    help: 'whether to follow the address translation that this host does',
    env: [{ name: 'MUSUBI_NAT' }],
    parse: oneOf('auto', 'off'),
    default: 'auto',
  }),
  'container-engine': option({
    value: 'SOCKET|none',
    help: 'whom to ask for names of containers (default: the sockets of Docker and Podman)',
    env: [{ name: 'MUSUBI_CONTAINER_ENGINE' }],
    parse: parseText,
  }),
  kubernetes: option({
    value: 'auto|kubelet|none',
    help: 'whom to ask for names of pods; auto takes the API server in a pod that is told NODE_NAME',
    env: [{ name: 'MUSUBI_KUBERNETES' }],
    parse: oneOf('auto', 'kubelet', 'none'),
    default: 'auto',
  }),
  'proc-root': option({
    value: 'DIR',
    help: 'where the proc file system is mounted',
    env: [{ name: 'MUSUBI_PROC_ROOT' }],
    parse: parseDirectory,
    default: '/proc',
  }),
  config: option({
    value: 'FILE',
    help: 'a YAML file of settings; its keys are these flags without the dashes',
    env: [{ name: 'MUSUBI_CONFIG' }],
    parse: parseText,
  }),
  help: helpOption,
};

export const AGENT_OPTIONS = {
  interval: option({
    value: 'DURATION',
    help: 'time between two looks at the sockets',
    env: [{ name: 'MUSUBI_INTERVAL' }],
    parse: parseDuration,
    default: '2s',
  }),
  'forget-after': option({
    value: 'DURATION',
    help: 'how long a dependency stays exported after its last use',
    env: [{ name: 'MUSUBI_FORGET_AFTER' }],
    parse: parseDuration,
    default: '5m',
  }),
  'max-services': option({
    value: 'COUNT',
    help: 'services of this host told apart, those that are asked and those that only ask; the rest are `other`',
    env: [{ name: 'MUSUBI_MAX_SERVICES' }],
    parse: parseCount,
    default: `${DEFAULT_MAX_SERVICES}`,
  }),
  'max-edges-per-service': option({
    value: 'COUNT',
    help: 'dependencies of a service told apart, in each direction and transport; the rest are with `other`',
    env: [{ name: 'MUSUBI_MAX_EDGES_PER_SERVICE' }],
    parse: parseCount,
    default: `${DEFAULT_MAX_EDGES}`,
  }),
  'prometheus-listen': option({
    value: 'ADDRESS:PORT',
    help: 'serve /metrics there (default: 127.0.0.1:9464, unless OTLP is set up)',
    env: [{ name: 'MUSUBI_PROMETHEUS_LISTEN' }],
    parse: parseListen,
  }),
  'otlp-endpoint': option({
    value: 'URL',
    help: 'push metrics there by OTLP',
    parse: parseUrl,
  }),
  'otlp-protocol': option({
    value: 'grpc|http/protobuf',
    help: 'how to push (default: grpc)',
    env: [{ name: 'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL' }, { name: 'OTEL_EXPORTER_OTLP_PROTOCOL' }],
    parse: oneOf('grpc', 'http/protobuf'),
  }),
  'export-interval': option({
    value: 'DURATION',
    help: 'time between two pushes',
    env: [{ name: 'OTEL_METRIC_EXPORT_INTERVAL', parse: parseMilliseconds }],
    parse: parseDuration,
    default: '60s',
  }),
  ...HOST_OPTIONS,
};
