import type { Alert, Graph, GraphEdge } from '../model/graph.ts';
import { numberAt, type Table } from '../tables/table.ts';
import { valueColumn } from '../tables/table-measure.ts';
import { withState } from './compare-graphs.ts';
import {
  indexEdges,
  type PlaceholderEdge,
  rowsOf,
  type ServiceEdge,
  serviceEdgeOf,
  withEdges,
} from './service-edge.ts';

/** An alert and the edge that its labels name. */
export interface EdgeAlert {
  readonly edge: ServiceEdge;
  readonly alert: Alert;
}

/**
 * Reads `ALERTS` or `GRAFANA_ALERTS`, whose value is 0 for alerts that fired within the range and have ended. Alerts
 * that name no edge, or have any other state, are ignored.
 */
export function readAlerts(tables: readonly Table[]): EdgeAlert[] {
  return [...rowsOf(tables)].flatMap(({ table, row, cell }) => {
    const edge = serviceEdgeOf(cell);
    const state = (cell('alertstate') || cell('grafana_alertstate') || 'firing').toLowerCase();
    const isActive = state === 'firing' || state === 'alerting' || state === 'pending';
    if (!edge || !isActive) return [];
    const hasEnded = numberAt(valueColumn(table), row) === 0;
    const alert: Alert = {
      name: cell('alertname'),
      state: hasEnded ? 'ended' : state === 'pending' ? 'pending' : 'firing',
      severity: cell('severity'),
    };
    return [{ edge, alert }];
  });
}

/** Adds to each edge the alerts that name it. An alert for an edge that was not observed adds that edge. */
export function markAlerts(graph: Graph, alerts: readonly EdgeAlert[]): Graph {
  // Indexing a large graph takes a tenth of the time of building it.
  if (alerts.length === 0) return graph;
  const index = indexEdges(graph);
  const changed = new Map<string, GraphEdge>();
  const placeholders = new Map<string, PlaceholderEdge>();
  const add = (edge: GraphEdge, alert: Alert): GraphEdge => {
    const marked = { ...edge, alerts: [...edge.alerts, alert] };
    if (alert.state === 'pending') return marked;
    return withState(marked, alert.state === 'firing' ? 'alerting' : 'alerted');
  };
  for (const { edge: wanted, alert } of alerts) {
    const found = index.find(wanted);
    for (const edge of found) changed.set(edge.key, add(changed.get(edge.key) ?? edge, alert));
    if (found.length > 0) continue;
    const placeholder = index.placeholder(wanted, []);
    const edge = placeholders.get(placeholder.edge.key)?.edge ?? placeholder.edge;
    placeholders.set(edge.key, { nodes: placeholder.nodes, edge: add(edge, alert) });
  }
  return withEdges(graph, changed, [...placeholders.values()]);
}
