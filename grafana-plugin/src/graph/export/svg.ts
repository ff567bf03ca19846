import { CARD_PADDING } from '../display/near/build-display.ts';
import { stackOffsets } from '../display/near/card-stack.ts';
import { arrowhead, CASING, dashesOf } from '../display/near/curve-shape.ts';
import type { Card, Curve, DisplayList, EdgeLabel, Frame } from '../display/near/display-list.ts';
import { legible } from '../display/text/legible.ts';
import type { Point, Rectangle } from '../geometry/rectangle.ts';
import { mainState } from '../model/edge-states.ts';
import type { EdgeState } from '../model/graph.ts';

/** CSS colours and the font family of an image. */
export interface ImageStyle {
  readonly background: string;
  readonly card: string;
  readonly border: string;
  readonly text: string;
  readonly mutedText: string;
  readonly edge: string;
  readonly stateColour: (state: EdgeState) => string;
  readonly hostColour: (host: string) => string;
  readonly fontFamily: string;
}

const MARGIN = 24;
const TITLE_SIZE = 13;
const TEXT_SIZE = 11;

/**
 * Exports the display list as a self-contained SVG image: shapes and text only, no script, link, style sheet or
 * external file. Text is escaped, and characters that hide text or change its direction are replaced.
 */
export function toSvg({ frames, curves, labels, cards, bounds }: DisplayList, style: ImageStyle): string {
  const [width, height] = [bounds.width + 2 * MARGIN, bounds.height + 2 * MARGIN];
  const origin = { x: bounds.x - MARGIN, y: bounds.y - MARGIN };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="${box({ ...origin, width, height })}" font-family="${escapeXml(style.fontFamily)}">`,
    rectangle({ ...origin, width, height }, { fill: style.background }),
    ...frames.map((frame) => drawFrame(frame, style)),
    ...curves.map((curve) => drawCurve(curve, style)),
    ...labels.map((label) => drawLabel(label, style)),
    ...cards.map((card) => drawCard(card, style)),
    '</svg>',
    '',
  ].join('\n');
}

const drawFrame = (frame: Frame, { border, mutedText }: ImageStyle): string =>
  rectangle(frame, { fill: 'none', stroke: border, 'stroke-dasharray': '2 3', rx: 8 }) +
  text(frame.title, { x: frame.x + 12, y: frame.y + 19 }, { 'font-size': TITLE_SIZE, fill: mutedText });

function drawCurve(curve: Curve, style: ImageStyle): string {
  const state = mainState(curve.states);
  const colour = state === undefined ? style.edge : style.stateColour(state);
  const dashes = dashesOf(curve).join(' ');
  const [start, ...rest] = curve.points;
  if (!start) return '';
  const line = (stroke: string, width: number) =>
    element('path', {
      d: `M${point(start)}C${rest.map(point).join(' ')}`,
      fill: 'none',
      stroke,
      'stroke-width': round(width),
      ...(dashes && { 'stroke-dasharray': dashes }),
    });
  const corners = arrowhead(curve);
  const arrow = (attributes: Attributes) =>
    corners ? element('path', { d: `M${corners.map(point).join('L')}Z`, ...attributes }) : '';
  if (curve.colour === undefined) return line(colour, curve.width) + arrow({ fill: colour });
  return (
    line(colour, curve.width + 2 * CASING) +
    line(curve.colour, curve.width) +
    arrow({ fill: curve.colour, stroke: colour, 'stroke-width': CASING })
  );
}

function drawLabel(label: EdgeLabel, { background, text: colour }: ImageStyle): string {
  const middle = { x: label.x + label.width / 2, y: label.y + label.height / 2 + TEXT_SIZE * 0.35 };
  return (
    rectangle(label, { fill: background, rx: 4 }) +
    text(label.text, middle, { 'font-size': TEXT_SIZE, fill: colour, 'text-anchor': 'middle' })
  );
}

function drawCard(card: Card, style: ImageStyle): string {
  const x = card.x + CARD_PADDING;
  const baseline = (share: number, size: number) => card.y + card.height * share + size * 0.35;
  const isService = card.kind === 'service';
  return [
    ...stackOffsets(card).map((shift) =>
      rectangle(
        { ...card, x: card.x + shift, y: card.y + shift },
        {
          fill: card.kind === 'external' || card.kind === 'unobserved' ? style.background : style.card,
          stroke: style.border,
          rx: 6,
          ...(!isService && { 'stroke-dasharray': '4 3' }),
        },
      ),
    ),
    card.host === '' ? '' : rectangle({ ...card, width: 5 }, { fill: style.hostColour(card.host), rx: 2.5 }),
    text(
      card.title,
      { x, y: baseline(card.subtitle ? 0.34 : 0.5, TITLE_SIZE) },
      {
        'font-size': TITLE_SIZE,
        'font-weight': 500,
        fill: style.text,
      },
    ),
    card.subtitle &&
      text(
        card.subtitle,
        { x, y: baseline(0.7, TEXT_SIZE) },
        { 'font-size': TEXT_SIZE, fill: style.mutedText },
      ),
  ].join('');
}

type Attributes = Readonly<Record<string, string | number>>;

const element = (name: string, attributes: Attributes, content = ''): string => {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(`${value}`)}"`);
  return content === '' ? `<${name}${list.join('')}/>` : `<${name}${list.join('')}>${content}</${name}>`;
};

const rectangle = ({ x, y, width, height }: Rectangle, attributes: Attributes): string =>
  element('rect', { x: round(x), y: round(y), width: round(width), height: round(height), ...attributes });

const text = (content: string, { x, y }: Point, attributes: Attributes): string =>
  element('text', { x: round(x), y: round(y), ...attributes }, escapeXml(legible(content)) || ' ');

const round = (value: number): number => Math.round(value * 100) / 100;
const point = ({ x, y }: Point): string => `${round(x)} ${round(y)}`;
const box = ({ x, y, width, height }: Rectangle): string =>
  `${point({ x, y })} ${point({ x: width, y: height })}`;

/** Characters that XML 1.0 does not allow ("2.2 Characters"): most control characters, lone surrogates, U+FFFE, U+FFFF. */
const NO_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeXml = (content: string): string =>
  content.replace(NO_XML, '\uFFFD').replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? '');
