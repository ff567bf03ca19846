import { displayText } from '@musubi/agent/text/display-text';
import type { OptionValues } from '../config/option.ts';
import type { Io } from '../io.ts';
import { createPrometheus, type Prometheus } from './client.ts';
import { readConnection } from './connection.ts';
import type { PROMETHEUS_OPTIONS } from './options.ts';

/** The Prometheus of the settings. Its warnings go to standard error. Rejects with `UsageError`. */
export async function connect(
  settings: OptionValues<typeof PROMETHEUS_OPTIONS>,
  io: Io,
): Promise<Prometheus> {
  const warn = (text: string) => io.stderr(`note: Prometheus warns: ${displayText(text)}\n`);
  return createPrometheus(await readConnection(settings), { warn, stop: io.stop });
}
