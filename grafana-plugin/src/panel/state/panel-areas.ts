/** The heights of the panel's areas in pixels; 0: not shown. */
export interface PanelAreas {
  readonly toolbar: number;
  /** The list of hidden nodes. */
  readonly muted: number;
  readonly legend: number;
  readonly table: number;
  readonly graph: number;
  /** Maximum height of the strips over the drawing. */
  readonly strips: number;
  /** Height of the drawing that the shown strips leave free. */
  readonly clear: number;
}

const TOOLBAR = 40;
const MUTED = 32;
const LEGEND = 24;
const STRIP = 38;

/** Below this height the legend is a button in the corner of the drawing. */
const LEAST_FOR_LEGEND = 240;
/** Below this height there is only the drawing. */
const LEAST_FOR_TOOLBAR = 110;
/** Below this height the table replaces the drawing. */
const LEAST_FOR_BOTH = 260;
const TABLE_SHARE = 0.45;
const STRIPS_SHARE = 0.4;

/** Divides the height of a panel: the lower it is, the fewer controls are around the drawing. */
export function areasOf(
  height: number,
  has: { readonly table: boolean; readonly muted: boolean; readonly strips: number },
): PanelAreas {
  const toolbar = height < LEAST_FOR_TOOLBAR ? 0 : TOOLBAR;
  const muted = has.muted && toolbar > 0 ? MUTED : 0;
  const legend = height < LEAST_FOR_LEGEND ? 0 : LEGEND;
  const space = height - toolbar - muted - legend;
  const table = has.table ? (space < LEAST_FOR_BOTH ? space : Math.round(space * TABLE_SHARE)) : 0;
  const graph = space - table;
  const strips = toolbar > 0 ? Math.round(graph * STRIPS_SHARE) : 0;
  const clear = graph - Math.min(strips, has.strips * STRIP);
  return { toolbar, muted, legend, table, graph, strips, clear };
}

/** The aspect ratios for which graphs are laid out: few, so that no node moves when a panel is resized a little. */
const ASPECTS = [0.6, 1, 1.7, 3];

/** The nearest of these aspect ratios for a panel. */
export function aspectOf(width: number, height: number): number {
  const distance = (aspect: number) => Math.abs(Math.log(width / (height * aspect)));
  return ASPECTS.reduce((nearest, aspect) => (distance(aspect) < distance(nearest) ? aspect : nearest));
}
