import { useMemo } from 'react';
import { createDrawing, type Drawing } from '../../graph/display/drawing.ts';
import type { DisplayTexts } from '../../graph/display/near/build-display.ts';
import { figureOf } from '../../graph/model/edge-figures.ts';
import type { Graph } from '../../graph/model/graph.ts';
import type { Formatters } from '../texts/formatters.ts';
import { labelsOf, subtitleOf, titleOf } from '../texts/node-texts.ts';
import type { PanelOptions } from './options.ts';
import { useLayout } from './use-layout.ts';

/**
 * Lays a graph out and turns it into a drawing.
 *
 * @param aspect preferred width-to-height ratio of the whole
 */
export function useDrawing(
  latest: Graph,
  options: PanelOptions,
  format: Formatters,
  measure: DisplayTexts['measure'],
  aspect: number,
): Drawing {
  const { edgeLabel, nodeText, widthBy, colourBy } = options;
  const { graph, framed, layout } = useLayout(latest, options, aspect);
  return useMemo(() => {
    const texts: DisplayTexts = {
      titleOf,
      subtitleOf: (node) => subtitleOf(node, nodeText),
      labelsOf: (edge) => labelsOf(edge, edgeLabel, format),
      ...widthsOf(widthBy, format),
      ...coloursOf(colourBy, format),
      measure,
    };
    return createDrawing(graph, layout, texts, framed);
  }, [graph, framed, layout, edgeLabel, nodeText, widthBy, colourBy, format, measure]);
}

function widthsOf(by: PanelOptions['widthBy'], format: Formatters): Pick<DisplayTexts, 'amountOf' | 'most'> {
  if (by === 'none') return { amountOf: () => undefined };
  const { least, most } = format.scale(by);
  return { amountOf: (edge) => (figureOf(edge, by) ?? least) - least, most: most - least };
}

function coloursOf(by: PanelOptions['colourBy'], format: Formatters): Pick<DisplayTexts, 'colourOf'> {
  if (by === 'states') return {};
  const { colour } = format.scale(by);
  return {
    colourOf: (edge) => {
      const value = figureOf(edge, by);
      return value === undefined ? undefined : colour(value);
    },
  };
}
