import { TABLE_METRICS } from '@musubi/contract/catalogue';
import type { TableHealth } from '../capture/capture.ts';
import type { Family } from './family.ts';

/** The metrics of the kernel's table of dependencies; none where the capture keeps no such table. */
export function tableFamilies(table: TableHealth | undefined, since: number): Family[] {
  if (!table) return [];
  return (['used', 'size', 'folded', 'missed'] as const).map((name) => ({
    definition: TABLE_METRICS[name],
    points: [{ attributes: {}, value: table[name], since }],
  }));
}
