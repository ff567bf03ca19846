import { t } from '@grafana/i18n';
import type { Drawing } from '../../graph/display/drawing.ts';
import type { Tile, TileLink } from '../../graph/display/far/far-display.ts';
import { legible } from '../../graph/display/text/legible.ts';
import { shorten } from '../../graph/display/text/shorten.ts';
import type { Point } from '../../graph/geometry/rectangle.ts';
import { intersects, type Rectangle } from '../../graph/geometry/rectangle.ts';
import type { Look } from './draw-display.ts';
import { drawDots, drawNodes } from './draw-dots.ts';
import type { Palette } from './palette.ts';

/** The label in the middle of a tile, if it fits, in pixels on screen. */
const WIDEST = 150;
const HIGHEST = 42;
const NARROWEST = 44;
const LOWEST = 18;
const INSET = 6;
const LINE_HEIGHT = 16;
/** The bend of a line between two tiles, as a share of its length: it separates the two directions of a pair. */
const BEND = 0.14;
const ARROW = 7;
/** Opacity of the lines for the fewest and for the most edges. */
const FAINTEST = 0.2;
const STRONGEST = 0.7;
const THINNEST = 0.75;
const WIDEST_LINE = 3;

/** Draws groups as tiles and all edges between two groups as one line, plus ungrouped and highlighted nodes. */
export function* drawTiles(
  context: CanvasRenderingContext2D,
  drawing: Drawing,
  look: Look & { readonly pixel: number },
): Generator<void> {
  const { tiles, links } = drawing.far();
  const { palette, scale, seen, only } = look;
  const wanted = tiles.filter((tile) => intersects(tile, seen) && (!only || only.cards.has(tile.key)));
  if (!only) for (const tile of wanted) drawTile(context, tile, palette, scale);

  const plates = new Map(tiles.map((tile) => [tile.key, plateOf(tile, scale)]));
  const drawn = only ? links.filter(({ key }) => only.curves.has(key)) : links;
  const most = drawn.reduce((max, { edges }) => Math.max(max, edges), 1);
  for (const link of drawn) {
    const colour = link.state ? palette.stateColour(link.state) : only ? palette.accent : palette.edge;
    const share = link.edges / most;
    context.globalAlpha = link.state || only ? 1 : FAINTEST + (STRONGEST - FAINTEST) * share;
    const width = THINNEST + (WIDEST_LINE - THINNEST) * share;
    drawLink(context, link, plates.get(link.target), { colour, width, scale });
  }
  context.globalAlpha = 1;
  yield;
  for (const tile of wanted) drawPlate(context, tile, plates.get(tile.key), palette, scale);
  if (only) yield* drawDots(context, drawing, look);
  else yield* drawNodes(context, drawing, look, (key) => !drawing.frames.groupOf.has(key));
}

function drawTile(context: CanvasRenderingContext2D, tile: Tile, palette: Palette, scale: number): void {
  context.beginPath();
  context.roundRect(tile.x, tile.y, tile.width, tile.height, Math.min(6 / scale, tile.height / 4));
  context.fillStyle = palette.card;
  context.fill();
  context.strokeStyle = palette.border;
  context.lineWidth = 1 / scale;
  context.stroke();
}

/** The label's area in the drawing; undefined if it does not fit. */
function plateOf({ x, y, width, height }: Tile, scale: number): Rectangle | undefined {
  const space = { width: width * scale - 2 * INSET, height: height * scale - 2 * INSET };
  if (space.width < NARROWEST || space.height < LOWEST) return undefined;
  const [wide, high] = [Math.min(WIDEST, space.width) / scale, Math.min(HIGHEST, space.height) / scale];
  return { x: x + (width - wide) / 2, y: y + (height - high) / 2, width: wide, height: high };
}

/** The label of a tile: its title and its number of nodes. */
function drawPlate(
  context: CanvasRenderingContext2D,
  { title, members }: Tile,
  plate: Rectangle | undefined,
  palette: Palette,
  scale: number,
): void {
  if (!plate) return;
  context.beginPath();
  context.roundRect(plate.x, plate.y, plate.width, plate.height, 5 / scale);
  context.fillStyle = palette.background;
  context.fill();
  context.strokeStyle = palette.border;
  context.lineWidth = 1 / scale;
  context.stroke();
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const middle = { x: plate.x + plate.width / 2, y: plate.y + plate.height / 2 };
  const space = plate.width * scale - 2 * INSET;
  const hasTwoLines = plate.height * scale >= 2 * LINE_HEIGHT;
  const shift = hasTwoLines ? LINE_HEIGHT / 2 / scale : 0;
  context.fillStyle = palette.text;
  context.font = palette.fonts.title.replace('13px', `${13 / scale}px`);
  context.fillText(shorten(legible(title), space, palette.measure.title), middle.x, middle.y - shift);
  if (!hasTwoLines) return;
  const count = t('tile.nodes', '{{length}} nodes', { length: members.toLocaleString() });
  context.fillStyle = palette.mutedText;
  context.font = palette.fonts.subtitle.replace('11px', `${11 / scale}px`);
  context.fillText(shorten(count, space, palette.measure.subtitle), middle.x, middle.y + shift);
}

/** A bent line with an arrowhead at the label of its destination. */
function drawLink(
  context: CanvasRenderingContext2D,
  { from, to }: TileLink,
  plate: Rectangle | undefined,
  { colour, width, scale }: { readonly colour: string; readonly width: number; readonly scale: number },
): void {
  const bend = {
    x: (from.x + to.x) / 2 + (to.y - from.y) * BEND,
    y: (from.y + to.y) / 2 - (to.x - from.x) * BEND,
  };
  const end = plate ? borderPoint(plate, bend) : to;
  const angle = Math.atan2(end.y - bend.y, end.x - bend.x);
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = width / scale;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.quadraticCurveTo(bend.x, bend.y, end.x, end.y);
  context.stroke();
  const [length, half] = [(ARROW + width) / scale, (ARROW / 2 + width / 2) / scale];
  context.save();
  context.translate(end.x, end.y);
  context.rotate(angle);
  context.beginPath();
  context.moveTo(0, 0);
  context.lineTo(-length, -half);
  context.lineTo(-length, half);
  context.closePath();
  context.fill();
  context.restore();
}

/** The intersection of a rectangle's border with the line from a point to its middle; the middle for a point inside. */
function borderPoint({ x, y, width, height }: Rectangle, from: Point): Point {
  const middle = { x: x + width / 2, y: y + height / 2 };
  const [dx, dy] = [from.x - middle.x, from.y - middle.y];
  const share = Math.min(width / 2 / Math.abs(dx || 1), height / 2 / Math.abs(dy || 1));
  return share >= 1 ? middle : { x: middle.x + dx * share, y: middle.y + dy * share };
}
