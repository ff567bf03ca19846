import type { Log } from './log.ts';
import type { SelfMetrics } from './metrics/self-metrics.ts';
import type { AgentSettings } from './settings.ts';

/** Settings that only a restart changes, by their flags. */
const FIXED = {
  capture: 'capture',
  netns: 'netns',
  dns: 'dns',
  reverseDns: 'reverse-dns',
  nat: 'nat',
  containerEngine: 'container-engine',
  kubernetes: 'kubernetes',
  procRoot: 'proc-root',
  listen: 'web.listen-address',
} as const satisfies Partial<Record<keyof AgentSettings, string>>;

export interface ReloadOptions {
  /** The configuration that the agent was started with. */
  readonly initial: AgentSettings;
  /** Reads the configuration. Rejects if it is invalid. */
  readonly read: () => Promise<AgentSettings>;
  /** Uses the settings from now on. Rejects if they cannot be used; those before then stay in use. */
  readonly apply: (settings: AgentSettings) => Promise<void>;
  readonly self: SelfMetrics;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/**
 * Reads and applies the configuration at each call, one call after the other. A configuration that is invalid is logged,
 * and the one before stays in use.
 */
export function createReload({ initial, read, apply, self, log, clock }: ReloadOptions): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();

  function succeeded(): void {
    self.set('configReloaded', 1);
    self.set('configReloadTime', clock() / 1000);
  }

  async function reload(): Promise<void> {
    try {
      const next = await read();
      await apply(next);
      for (const setting of changedFixed(initial, next))
        log.warn('a changed setting takes effect after a restart only', { setting });
      succeeded();
      log.info('configuration reloaded');
    } catch (error) {
      self.set('configReloaded', 0);
      log.error('configuration not reloaded: the one before stays in use', {
        reason: (error as Error).message,
      });
    }
  }

  succeeded();
  return () => {
    last = last.then(reload);
    return last;
  };
}

function changedFixed(before: AgentSettings, now: AgentSettings): string[] {
  const keys = Object.keys(FIXED) as (keyof typeof FIXED)[];
  const changed = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]));
  const isPushed = ({ otlp }: AgentSettings) => otlp !== undefined;
  return [
    ...changed.map((key) => FIXED[key]),
    ...(isPushed(before) === isPushed(now) ? [] : ['otlp-endpoint']),
  ];
}
