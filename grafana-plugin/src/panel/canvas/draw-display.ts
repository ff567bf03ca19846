import { cubicAt, segmentsOf } from '../../graph/display/near/bezier.ts';
import { CARD_PADDING } from '../../graph/display/near/build-display.ts';
import { stackOffsets } from '../../graph/display/near/card-stack.ts';
import { coverageOf } from '../../graph/display/near/coverage.ts';
import { arrowhead, CASING, dashesOf } from '../../graph/display/near/curve-shape.ts';
import type { Card, Curve, DisplayList, EdgeLabel, Frame } from '../../graph/display/near/display-list.ts';
import type { Neighbourhood } from '../../graph/display/neighbourhood.ts';
import { legible } from '../../graph/display/text/legible.ts';
import { shorten } from '../../graph/display/text/shorten.ts';
import { collapseBounds, FAR_TEXT, frameTitleSize } from '../../graph/display/view/toggle-bounds.ts';
import type { Point } from '../../graph/geometry/rectangle.ts';
import { intersects, type Rectangle } from '../../graph/geometry/rectangle.ts';
import { GROUP_TITLE } from '../../graph/layout/groups/group-boxes.ts';
import { mainState } from '../../graph/model/edge-states.ts';
import { STATE_LOOKS } from '../texts/state-looks.ts';
import type { Palette } from './palette.ts';

/** How to draw, and which part. */
export interface Look {
  readonly palette: Palette;
  readonly scale: number;
  /** The visible part, in the drawing's units. */
  readonly seen: Rectangle;
  /** Only this part is drawn, highlighted; undefined: everything. */
  readonly only: Neighbourhood | undefined;
}

/** Below these scales texts are too small to read: labels and subtitles are dropped first, then names. */
const NEAR_SCALE = 0.62;
const FAR_SCALE = 0.14;
/** Minimum line width and arrowhead length on screen, so that the direction is visible when zoomed out. */
const THINNEST = 0.5;
const SHORTEST_ARROW = 6;
const FRAME_PADDING = 12;
/** Between the title of a frame and its toggle. */
const TITLE_GAP = 3;

/** Where curves cover more than this share of the visible part, they are drawn fainter. */
const MOST_COVERED = 0.4;
const FAINTEST = 0.08;
const FAINTEST_STATE = 0.4;

/** Number of items drawn before yielding. */
const STEP = 16;

/** Draws a display list. */
export function* drawDisplay(
  context: CanvasRenderingContext2D,
  display: DisplayList,
  { palette, scale, seen, only }: Look,
): Generator<void> {
  const isWanted = (key: string) => !only || only.curves.has(key);
  if (!only) {
    for (const frame of display.frames) {
      if (intersects(frame, seen)) drawFrame(context, frame, palette, scale);
    }
  }
  const labelled = new Set(scale < NEAR_SCALE ? [] : display.labels.map(({ key }) => key));
  const curves = display.curves.filter(({ key, points }) => isWanted(key) && !isBeyond(points, seen));
  const strength = only ? 1 : Math.max(FAINTEST, Math.min(1, MOST_COVERED / coverageOf(curves, seen, scale)));
  for (const [i, curve] of curves.entries()) {
    const state = mainState(curve.states);
    context.globalAlpha = state ? Math.max(FAINTEST_STATE, strength) : strength;
    const colour = state ? palette.stateColour(state) : only ? palette.accent : palette.edge;
    drawCurve(context, curve, colour, scale);
    if (state && !labelled.has(curve.key)) {
      const middle = middleOf(curve);
      if (middle) drawSign(context, middle, STATE_LOOKS[state].sign, { colour, palette, scale });
    }
    if (i % STEP === STEP - 1) yield;
  }
  context.globalAlpha = 1;
  if (scale >= NEAR_SCALE) {
    for (const label of display.labels) {
      if (isWanted(label.key) && intersects(label, seen)) drawLabel(context, label, palette);
    }
    yield;
  }
  const cards = display.cards.filter((card) => (!only || only.cards.has(card.key)) && intersects(card, seen));
  for (const [i, card] of cards.entries()) {
    drawCard(context, card, palette, scale);
    if (i % STEP === STEP - 1) yield;
  }
}

/** Whether all points are on one outer side of a rectangle, so that a curve within their hull is invisible. */
function isBeyond(points: readonly Point[], { x, y, width, height }: Rectangle): boolean {
  return (
    points.every((point) => point.x < x) ||
    points.every((point) => point.x > x + width) ||
    points.every((point) => point.y < y) ||
    points.every((point) => point.y > y + height)
  );
}

/** @param colour of its state or of the theme; the curve's own colour is drawn inside */
function drawCurve(context: CanvasRenderingContext2D, curve: Curve, colour: string, scale: number): void {
  const [start, ...rest] = curve.points;
  if (!start) return;
  const width = Math.max(curve.width, THINNEST / scale);
  context.setLineDash([...dashesOf(curve)]);
  context.beginPath();
  context.moveTo(start.x, start.y);
  for (let i = 0; i + 2 < rest.length; i += 3) {
    const [a, b, to] = rest.slice(i, i + 3);
    if (a && b && to) context.bezierCurveTo(a.x, a.y, b.x, b.y, to.x, to.y);
  }
  stroke(context, colour, curve.colour === undefined ? width : width + 2 * CASING);
  if (curve.colour !== undefined) stroke(context, curve.colour, width);
  context.setLineDash([]);
  traceArrow(context, curve, Math.max(1, SHORTEST_ARROW / (curve.arrow.length * scale)));
  context.fillStyle = curve.colour ?? colour;
  context.fill();
  if (curve.colour !== undefined) stroke(context, colour, CASING);
}

function stroke(context: CanvasRenderingContext2D, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

function middleOf({ points }: Curve): Point | undefined {
  const segments = segmentsOf(points);
  const middle = segments[Math.floor(segments.length / 2)];
  return middle && cubicAt(...middle, 0.5);
}

/** The sign of a state, with the same size on screen at every scale. */
export function drawSign(
  context: CanvasRenderingContext2D,
  { x, y }: Point,
  sign: string,
  { colour, palette, scale }: Pick<Look, 'palette' | 'scale'> & { readonly colour: string },
): void {
  if (sign === '' || scale < FAR_SCALE) return;
  const size = FAR_TEXT / scale;
  context.fillStyle = palette.background;
  context.beginPath();
  context.arc(x, y, size * 0.7, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = colour;
  context.font = palette.fonts.title.replace('13px', `${size}px`);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(sign, x, y);
}

/** Traces the path of a curve's arrowhead; empty if it has none. */
function traceArrow(context: CanvasRenderingContext2D, curve: Curve, enlarged: number): void {
  context.beginPath();
  for (const { x, y } of arrowhead(curve, enlarged) ?? []) context.lineTo(x, y);
  context.closePath();
}

/** The frame of a group. Its title is as large on screen as the frame allows. */
function drawFrame(context: CanvasRenderingContext2D, frame: Frame, palette: Palette, scale: number): void {
  context.beginPath();
  context.roundRect(frame.x, frame.y, frame.width, frame.height, 8);
  context.fillStyle = palette.frame;
  context.fill();
  context.strokeStyle = palette.border;
  context.lineWidth = Math.max(1, THINNEST / scale);
  context.setLineDash([2, 3]);
  context.stroke();
  context.setLineDash([]);
  const size = frameTitleSize(scale);
  context.font = palette.fonts.title.replace('13px', `${size}px`);
  context.fillStyle = palette.mutedText;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  const { x, width } = collapseBounds(frame, scale);
  const left = x + width + TITLE_GAP;
  const space = ((frame.x + frame.width - FRAME_PADDING - left) * 13) / size;
  const title = shorten(legible(frame.title), space, palette.measure.title);
  context.fillText(title, left, frame.y + 6 + GROUP_TITLE / 2);
}

function drawLabel(context: CanvasRenderingContext2D, label: EdgeLabel, palette: Palette): void {
  context.fillStyle = palette.background;
  context.beginPath();
  context.roundRect(label.x, label.y, label.width, label.height, 4);
  context.fill();
  context.font = palette.fonts.label;
  context.fillStyle = palette.text;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(label.text, label.x + label.width / 2, label.y + label.height / 2 + 0.5);
}

function drawCard(context: CanvasRenderingContext2D, card: Card, palette: Palette, scale: number): void {
  const { x, y, width, height } = card;
  context.fillStyle =
    card.kind === 'external' || card.kind === 'unobserved' ? palette.background : palette.card;
  context.strokeStyle = palette.border;
  context.lineWidth = 1;
  context.setLineDash(card.kind === 'service' ? [] : [4, 3]);
  for (const shift of stackOffsets(card)) {
    context.beginPath();
    context.roundRect(x + shift, y + shift, width, height, 6);
    context.fill();
    context.stroke();
  }
  context.setLineDash([]);
  if (card.host !== '') {
    context.fillStyle = palette.hostColour(card.host);
    context.beginPath();
    context.roundRect(x, y, 5, height, [6, 0, 0, 6]);
    context.fill();
  }
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillStyle = palette.text;
  if (scale < NEAR_SCALE) {
    drawName(context, card, palette, scale);
    return;
  }
  context.font = palette.fonts.title;
  context.fillText(card.title, x + CARD_PADDING, y + (card.subtitle ? height * 0.34 : height / 2));
  context.fillStyle = palette.mutedText;
  context.font = palette.fonts.subtitle;
  context.fillText(card.subtitle, x + CARD_PADDING, y + height * 0.7);
}

/** When zoomed out only the name fits, enlarged so that it stays readable. */
function drawName(context: CanvasRenderingContext2D, card: Card, palette: Palette, scale: number): void {
  if (scale < FAR_SCALE) return;
  // Slightly higher than the card, as there is space between rows.
  const size = Math.min(FAR_TEXT / scale, card.height * 1.25);
  const [left, right] = [9, 4];
  const space = card.width - left - right;
  const name = shorten(card.name, (space * 13) / size, palette.measure.title);
  context.font = palette.fonts.title.replace('13px', `${size}px`);
  context.fillText(name, card.x + left, card.y + card.height / 2);
}
