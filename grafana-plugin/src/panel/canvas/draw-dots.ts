import type { Drawing } from '../../graph/display/drawing.ts';
import type { LineGroup, Tile } from '../../graph/display/far/far-display.ts';
import { legible } from '../../graph/display/text/legible.ts';
import { intersects } from '../../graph/geometry/rectangle.ts';
import type { GraphNode } from '../../graph/model/graph.ts';
import { titleOf } from '../texts/node-texts.ts';
import { STATE_LOOKS } from '../texts/state-looks.ts';
import { drawSign, type Look } from './draw-display.ts';
import { drawNameTag } from './draw-name-tag.ts';

/** Number of lines, or dots, drawn before yielding. */
const STEP = 100;
/** Up to this number lines are drawn at full strength; beyond it each is fainter, and overlaps get darker. */
const FEW_LINES = 2000;
const FAINTEST = 0.06;
const FAINTEST_STATE = 0.25;
const STRONGEST = 0.7;
/** Opacity where they overlap most. */
const DENSEST = 0.45;
/** Minimum size in pixels of a dot, which has the size of its card otherwise. */
const SMALLEST_DOT = 2;
const SMALLEST_CHOSEN = 5;
/** From this height on a dot is drawn like its card. */
const CARD_LIKE = 5;
/** Minimum width in pixels of a group for its name, and the distance of the name from the upper border. */
const NARROWEST = 60;
const NAME_DEPTH = 10;
/** Maximum number of names beside highlighted dots. */
const MOST_NAMES = 30;

/** Draws a graph as dots and lines. */
export function* drawDots(
  context: CanvasRenderingContext2D,
  drawing: Drawing,
  look: Look & { readonly pixel: number },
): Generator<void> {
  const { lines, tiles } = drawing.far();
  const { only, seen } = look;
  const count = drawing.graph.edges.length;
  const [plain, remarkable] = [lines.filter(isPlain), lines.filter((each) => !isPlain(each))];
  for (const each of plain) yield* drawLines(context, each, drawing, { ...look, count });
  if (!only) {
    if (count > FEW_LINES) fade(context, DENSEST);
    context.globalCompositeOperation = 'destination-over';
    for (const tile of tiles) if (intersects(tile, seen)) drawGroup(context, tile, look);
    context.globalCompositeOperation = 'source-over';
  }
  for (const each of remarkable) yield* drawLines(context, each, drawing, { ...look, count });
  context.globalAlpha = 1;
  yield* drawNodes(context, drawing, look, (key) => !only || only.cards.has(key));
  if (only) return;
  for (const { x, y, width, title } of tiles) {
    const at = { x, y: y + NAME_DEPTH / look.scale };
    if (width * look.scale >= NARROWEST) drawNameTag(context, legible(title), at, look);
  }
}

const isPlain = ({ state }: Pick<LineGroup, 'state'>): boolean => state === undefined || state === 'idle';

/** Fades everything drawn so far. */
function fade(context: CanvasRenderingContext2D, left: number): void {
  context.save();
  context.resetTransform();
  context.globalCompositeOperation = 'destination-in';
  context.globalAlpha = left;
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  context.restore();
}

/** The area of a group. */
function drawGroup(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: Tile,
  { palette, scale }: Look,
): void {
  context.strokeStyle = palette.border;
  context.lineWidth = 1 / scale;
  context.strokeRect(x, y, width, height);
  context.fillStyle = palette.frame;
  context.fillRect(x, y, width, height);
}

function* drawLines(
  context: CanvasRenderingContext2D,
  { state, edges, points }: LineGroup,
  { graph }: Drawing,
  { palette, scale, seen, only, pixel, count }: Look & { readonly pixel: number; readonly count: number },
): Generator<void> {
  const own = state && !isPlain({ state }) ? palette.stateColour(state) : undefined;
  const colour = own ?? (only ? palette.accent : palette.edge);
  // Lines of one device pixel are many times faster than wider ones.
  context.lineWidth = pixel;
  context.strokeStyle = colour;
  const least = own ? FAINTEST_STATE : FAINTEST;
  const most = own ? 1 : STRONGEST;
  const among = own ? edges.length : count;
  context.globalAlpha = only ? 1 : Math.max(least, Math.min(most, FEW_LINES / among));
  const [right, bottom] = [seen.x + seen.width, seen.y + seen.height];
  let drawn = 0;
  context.beginPath();
  for (let i = 0; i < edges.length; i++) {
    if (only && !only.curves.has(graph.edges[edges[i] ?? 0]?.key ?? '')) continue;
    const at = 4 * i;
    const [x1, y1] = [points[at] ?? 0, points[at + 1] ?? 0];
    const [x2, y2] = [points[at + 2] ?? 0, points[at + 3] ?? 0];
    if (Math.max(x1, x2) < seen.x || Math.min(x1, x2) > right) continue;
    if (Math.max(y1, y2) < seen.y || Math.min(y1, y2) > bottom) continue;
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    if (++drawn % STEP > 0) continue;
    context.stroke();
    context.beginPath();
    yield;
  }
  context.stroke();
  yield;
  if (!own || !state) return;
  for (let at = 0; at < points.length; at += 4) {
    const x = ((points[at] ?? 0) + (points[at + 2] ?? 0)) / 2;
    const y = ((points[at + 1] ?? 0) + (points[at + 3] ?? 0)) / 2;
    if (only && !only.curves.has(graph.edges[edges[at / 4] ?? 0]?.key ?? '')) continue;
    if (x < seen.x || x > right || y < seen.y || y > bottom) continue;
    drawSign(context, { x, y }, STATE_LOOKS[state].sign, { colour, palette, scale });
  }
}

/** Draws nodes as dots, with the names of a few highlighted ones. */
export function* drawNodes(
  context: CanvasRenderingContext2D,
  { graph, layout, far }: Drawing,
  { palette, scale, seen, only }: Look,
  isWanted: (key: string) => boolean,
): Generator<void> {
  const { dots } = far();
  const least = (only ? SMALLEST_CHOSEN : SMALLEST_DOT) / scale;
  const [width, height] = [Math.max(layout.width, least), Math.max(layout.height, least)];
  const named: { node: GraphNode; x: number; y: number }[] = [];
  for (const [i, node] of graph.nodes.entries()) {
    if (!isWanted(node.key)) continue;
    const [x, y] = [(dots[2 * i] ?? 0) - width / 2, (dots[2 * i + 1] ?? 0) - height / 2];
    if (!intersects({ x, y, width, height }, seen)) continue;
    const colour = palette.dotColour(node.host);
    if (height * scale < CARD_LIKE) {
      context.fillStyle = colour;
      context.fillRect(x, y, width, height);
    } else {
      context.fillStyle = palette.card;
      context.fillRect(x, y, width, height);
      context.strokeStyle = palette.border;
      context.lineWidth = 1 / scale;
      context.strokeRect(x, y, width, height);
      context.fillStyle = colour;
      context.fillRect(x, y, 4 / scale, height);
    }
    if (only && named.length <= MOST_NAMES) named.push({ node, x: x + width, y: y + height / 2 });
    if (i % STEP === STEP - 1) yield;
  }
  if (named.length > MOST_NAMES) return;
  for (const { node, x, y } of named) drawNameTag(context, titleOf(node), { x, y }, { palette, scale });
}
