import type { PanelDataSummary, VisualizationSuggestion } from '@grafana/data';
import { findColumn } from '../graph/tables/table.ts';
import { readFrames } from './query/read-frames.ts';
import type { PanelOptions } from './state/options.ts';

/** Offers the panel, as it is, for data that holds half-edges; for any other it would show a message only. */
export function suggest({
  rawFrames = [],
}: Pick<PanelDataSummary, 'rawFrames'>): VisualizationSuggestion<PanelOptions>[] | undefined {
  const holdsHalfEdges = readFrames({ series: rawFrames }).some(
    (table) => findColumn(table, 'direction') && findColumn(table, 'dst_port'),
  );
  return holdsHalfEdges ? [{}] : undefined;
}
