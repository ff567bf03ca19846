import { DNS_METRICS, TABLE_METRICS } from '@musubi/contract/catalogue';
import type { TableHealth } from '../capture/capture.ts';
import type { Family } from './family.ts';

/** How many DNS responses were read, and how many could not be. */
export interface DnsHealth {
  /** Name servers: observed, beyond the limit, and in network namespaces that cannot be entered. */
  readonly observed: number;
  readonly skipped: number;
  readonly denied: number;
  readonly responses: number;
  /** Responses dropped because the socket's queue was full, or malformed. */
  readonly queueFull: number;
  readonly malformed: number;
  readonly addresses: number;
  readonly evicted: number;
}

/** The metrics of DNS observation; none where it is off. */
export function dnsFamilies(health: DnsHealth | undefined, since: number): Family[] {
  if (!health) return [];
  const { observed, skipped, denied, responses, queueFull, malformed, addresses, evicted } = health;
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
    family('servers', { observed, skipped, denied }),
    family('responses', { responses }),
    family('dropped', { queue_full: queueFull, malformed }),
    family('addresses', { addresses }),
    family('evicted', { evicted }),
  ];
}

/** The metrics of the kernel's edge table; none if the capture has no such table. */
export function tableFamilies(table: TableHealth | undefined, since: number): Family[] {
  if (!table) return [];
  return (['used', 'size', 'folded', 'missed'] as const).map((name) => ({
    definition: TABLE_METRICS[name],
    points: [{ attributes: {}, value: table[name], since }],
  }));
}
