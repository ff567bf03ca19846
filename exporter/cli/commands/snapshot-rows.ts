import type { Attributes, AttributeValue } from '@musubi/agent/metrics/edge-attributes';
import { edgeFamilies } from '@musubi/agent/metrics/edge-families';
import { countOf } from '@musubi/agent/metrics/family';
import type { LedgerEntry } from '@musubi/agent/metrics/ledger';

/** A half-edge as an object: its attributes and metrics, with the names of the metric catalogue. */
export type SnapshotRow = Record<string, AttributeValue>;

/**
 * One object for each half-edge. A metric's own attributes become part of the name: `service.dependency.io.transmit`,
 * `service.dependency.connection.failed.refused`. A histogram has `….count` and `….sum`.
 */
export function snapshotRows(entries: readonly LedgerEntry[]): SnapshotRow[] {
  const rows = new Map<Attributes, SnapshotRow>();
  for (const { definition, points } of edgeFamilies(entries)) {
    for (const { attributes, more = {}, value } of points) {
      const row = rows.get(attributes) ?? { ...attributes };
      const name = [definition.name, ...Object.values(more)].join('.');
      if (typeof value === 'number') row[name] = value;
      else Object.assign(row, { [`${name}.count`]: countOf(value), [`${name}.sum`]: value.sum });
      rows.set(attributes, row);
    }
  }
  return [...rows.values()];
}
