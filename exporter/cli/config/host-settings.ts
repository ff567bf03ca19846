import type { HostSettings } from '@musubi/agent/settings';
import type { HOST_OPTIONS } from './agent-options.ts';
import type { OptionValues } from './option.ts';

/** The parsed options of a command as the agent's settings. */
export function hostSettings(values: OptionValues<typeof HOST_OPTIONS>): HostSettings {
  return {
    ...values,
    site: values.site,
    networks: values.networks,
    reverseDns: values['reverse-dns'],
    containerEngine: values['container-engine'],
    procRoot: values['proc-root'],
  };
}
