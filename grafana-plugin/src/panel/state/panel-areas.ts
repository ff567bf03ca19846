/** Heights, in pixels, of what a panel has room for; 0: for none of it. */
export interface PanelAreas {
  readonly toolbar: number;
  /** The names of what is left out of the drawing. */
  readonly muted: number;
  readonly legend: number;
  readonly table: number;
  readonly graph: number;
  /** How much of the drawing strips may cover. */
  readonly strips: number;
  /** How much of it those that are there leave. */
  readonly clear: number;
}

const TOOLBAR = 40;
const MUTED = 32;
const LEGEND = 24;
const STRIP = 38;

/** In a lower panel the legend is a button in the corner of the drawing. */
const LEAST_FOR_LEGEND = 240;
/** In a lower panel there is only the drawing. */
const LEAST_FOR_TOOLBAR = 110;
/** In less room the table does not share it with the drawing. */
const LEAST_FOR_BOTH = 260;
const TABLE_SHARE = 0.45;
const STRIPS_SHARE = 0.4;

/** Shares the height of a panel out: the lower it is, the less stands around the drawing. */
export function areasOf(
  height: number,
  has: { readonly table: boolean; readonly muted: boolean; readonly strips: number },
): PanelAreas {
  const toolbar = height < LEAST_FOR_TOOLBAR ? 0 : TOOLBAR;
  const muted = has.muted && toolbar > 0 ? MUTED : 0;
  const legend = height < LEAST_FOR_LEGEND ? 0 : LEGEND;
  const room = height - toolbar - muted - legend;
  const table = has.table ? (room < LEAST_FOR_BOTH ? room : Math.round(room * TABLE_SHARE)) : 0;
  const graph = room - table;
  const strips = toolbar > 0 ? Math.round(graph * STRIPS_SHARE) : 0;
  const clear = graph - Math.min(strips, has.strips * STRIP);
  return { toolbar, muted, legend, table, graph, strips, clear };
}

/** Width to height of the shapes for which graphs are laid out: few, so that nobody moves when a panel grows a little. */
const ASPECTS = [0.6, 1, 1.7, 3];

/** The one of those shapes that is nearest to a panel's. */
export function aspectOf(width: number, height: number): number {
  const distance = (aspect: number) => Math.abs(Math.log(width / (height * aspect)));
  return ASPECTS.reduce((nearest, aspect) => (distance(aspect) < distance(nearest) ? aspect : nearest));
}
