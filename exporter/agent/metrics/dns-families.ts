import { DNS_METRICS } from '@musubi/contract/catalogue';
import type { Family } from './family.ts';

/** How many DNS responses were read, and how many could not be. */
export interface DnsHealth {
  /** Name servers observed, those beyond the limit, and those in network namespaces that cannot be entered. */
  readonly heard: number;
  readonly leftOut: number;
  readonly refused: number;
  readonly answers: number;
  /** Messages for which the kernel had no buffer space, and malformed ones. */
  readonly noRoom: number;
  readonly malformed: number;
  readonly addresses: number;
  readonly displaced: number;
}

/** The metrics of DNS observation; none where it is off. */
export function dnsFamilies(health: DnsHealth | undefined, since: number): Family[] {
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
    family('servers', { observed: heard, skipped: leftOut, denied: refused }),
    family('responses', { answers }),
    family('dropped', { queue_full: noRoom, malformed }),
    family('addresses', { addresses }),
    family('evicted', { displaced }),
  ];
}
