import { DNS_METRICS } from '@musubi/contract/catalogue';
import type { HearingHealth } from '../resolve/dns/asked-names.ts';
import type { Family } from './family.ts';

/** The metrics of hearing name servers; none where nothing is heard. */
export function dnsFamilies(health: HearingHealth | undefined, since: number): Family[] {
  if (!health) return [];
  const { heard, leftOut, refused, answers, noRoom, malformed, addresses, displaced } = health;
  const family = (name: keyof typeof DNS_METRICS, values: Readonly<Record<string, number>>): Family => {
    const definition = DNS_METRICS[name];
    const [label] = definition.attributes;
    const points = Object.entries(values).map(([key, value]) => ({
      attributes: label === undefined ? {} : { [label]: key },
      value,
      since,
    }));
    return { definition, points };
  };
  return [
    family('servers', { heard, left_out: leftOut, refused }),
    family('answers', { answers }),
    family('lost', { no_room: noRoom, malformed }),
    family('addresses', { addresses }),
    family('displaced', { displaced }),
  ];
}
