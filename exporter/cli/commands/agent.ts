import { createLog } from '@musubi/agent/log';
import { runAgent } from '@musubi/agent/run-agent';
import type { AgentSettings } from '@musubi/agent/settings';
import { AGENT_OPTIONS } from '../config/agent-options.ts';
import { helpText } from '../config/help-text.ts';
import { hostSettings } from '../config/host-settings.ts';
import type { OptionValues } from '../config/option.ts';
import { otlpSettings } from '../config/otlp-settings.ts';
import { type Environment, resolveOptions } from '../config/resolve-options.ts';
import { resourceOf } from '../config/resource.ts';
import { unknownVariables } from '../config/unknown-variables.ts';
import { readWebConfig } from '../config/web-config-file.ts';
import type { Command } from './command.ts';

const DEFAULT_LISTEN = { host: '127.0.0.1', port: 9464 };
const SUMMARY = "Exports this host's service dependencies as metrics until it is stopped.";

const ABOUT = `Prometheus scrapes it on --web.listen-address; it pushes by OTLP if --otlp-endpoint or one of the standard
OTEL_EXPORTER_OTLP_* variables is set. Precedence: flag, environment variable, configuration file, default.`;

export const agent: Command = {
  summary: SUMMARY,
  async run(argv, io) {
    let reload = () => {};
    io.onHangup(() => reload());
    const options = await resolveOptions(AGENT_OPTIONS, argv, io.env);
    if (options.help) {
      io.stdout(helpText('musubi agent [OPTIONS]', `${SUMMARY}\n${ABOUT}`, AGENT_OPTIONS));
      return 0;
    }
    const settings = agentSettings(options, io.env);
    const log = createLog(io.stderr, { level: options['log-level'], format: options['log-format'] });
    for (const { name, nearest = '' } of unknownVariables(io.env))
      log.warn('unknown environment variable', { name, ...(nearest && { nearest }) });
    const onReload = (listener: () => void) => {
      reload = listener;
    };
    let configured = options['host-name'];
    const readConfiguration = async (): Promise<AgentSettings> => {
      const next = await resolveOptions(AGENT_OPTIONS, argv, io.env);
      const nextSettings = agentSettings(next, io.env);
      configured = next['host-name'];
      return nextSettings;
    };
    const resource = () => resourceOf(io.env, configured);
    resource();
    const webFile = options['web.config.file'];
    const web = webFile !== undefined && {
      initial: await readWebConfig(webFile),
      read: () => readWebConfig(webFile),
    };
    try {
      const { env, stop } = io;
      await runAgent(settings, resource, {
        env,
        stop,
        log,
        onReload,
        readConfiguration,
        ...(web && { web }),
      });
      return 0;
    } catch (error) {
      log.error('agent failed', { reason: (error as Error).message });
      return 1;
    }
  },
};

function agentSettings(options: OptionValues<typeof AGENT_OPTIONS>, env: Environment): AgentSettings {
  const otlp = otlpSettings(options, env);
  return {
    ...hostSettings(options),
    interval: options.interval,
    edgeExpiration: options['edge-expiration'],
    maxServices: options['max-services'],
    maxEdges: options['max-edges-per-service'],
    listen: options['web.listen-address'] ?? (otlp ? undefined : DEFAULT_LISTEN),
    allowedHosts: options['web.allowed-hosts'],
    otlp,
  };
}
