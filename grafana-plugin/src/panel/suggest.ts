import type { PanelDataSummary, VisualizationSuggestion } from '@grafana/data';
import { findColumn } from '../graph/tables/table.ts';
import { readFrames } from './query/read-frames.ts';
import type { PanelOptions } from './state/options.ts';

/** Suggests the panel for data with half-edges or recorded edges; for other data it would only show a message. */
export function suggest({
  rawFrames = [],
}: Pick<PanelDataSummary, 'rawFrames'>): VisualizationSuggestion<PanelOptions>[] | undefined {
  const holdsEdges = readFrames({ series: rawFrames }).some(
    (table) =>
      (findColumn(table, 'direction') ?? findColumn(table, 'observer')) && findColumn(table, 'dst_port'),
  );
  return holdsEdges ? [{}] : undefined;
}
