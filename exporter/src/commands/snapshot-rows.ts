import { EDGE_METRICS } from '../metrics/catalogue.ts';
import { type AttributeValue, attributesKey } from '../metrics/edge-attributes.ts';
import { edgeFamilies } from '../metrics/edge-families.ts';
import type { Entry } from '../metrics/ledger.ts';

/** An edge as an object: its attributes and its metrics, under the names of the metric catalogue. */
export type SnapshotRow = Record<string, AttributeValue>;

/** One object for each half-edge. Bytes are split: `service.dependency.io.transmit` and `….receive`. */
export function snapshotRows(entries: readonly Entry[]): SnapshotRow[] {
  const rows = new Map<string, SnapshotRow>();
  for (const { definition, points } of edgeFamilies(entries)) {
    for (const { attributes, value } of points) {
      const { 'network.io.direction': way, ...edge } = attributes;
      const key = attributesKey(edge);
      const row = rows.get(key) ?? { ...edge };
      row[definition === EDGE_METRICS.io ? `${definition.name}.${way}` : definition.name] = value;
      rows.set(key, row);
    }
  }
  return [...rows.values()];
}
