import { css } from '@emotion/css';
import { t } from '@grafana/i18n';
import { shareAt } from '../../graph/display/near/amount-scale.ts';
import type { Amount } from '../../graph/model/edge-figures.ts';
import type { PanelOptions } from '../state/options.ts';
import { nameOf } from '../texts/figure-names.ts';
import type { Formatters, Scale } from '../texts/formatters.ts';

/** Number of colours in the bar of a gradual scale. */
const SHADES = 9;

interface Props<By> {
  readonly by: By;
  readonly format: Formatters;
}

/** The value shown by edge widths, and its range; nothing where no edge has the value. */
export function WidthScale({ by, format }: Props<PanelOptions['widthBy']>) {
  if (by === 'none' || !format.scale(by).isKnown) return null;
  return (
    <span data-testid="musubi-width-scale">
      {t('legend.width', 'width')}: {nameOf(format, by)} <Wedge /> {upTo(by, format)}
    </span>
  );
}

/** The value shown by edge colours, and its scale; nothing where no edge has the value. */
export function ColourScale({ by, format }: Props<PanelOptions['colourBy']>) {
  if (by === 'states' || !format.scale(by).isKnown) return null;
  return (
    <span data-testid="musubi-colour-scale">
      {t('legend.colour', 'color')}: {nameOf(format, by)}{' '}
      <Colours by={by} scale={format.scale(by)} format={format} />
    </span>
  );
}

/** `0 – 12 KiB`, with the definition of the unit if these are bytes. */
function upTo(by: Amount, format: Formatters): string {
  const { least, most } = format.scale(by);
  const isBytes = by === 'bytes' || by === 'transmit' || by === 'receive';
  return `${format.text(by, least)} – ${format.text(by, most)}${isBytes ? ` (${format.byteUnits})` : ''}`;
}

function Colours({ by, scale, format }: { by: Amount; scale: Scale; format: Formatters }) {
  const { least, most, colour, steps, gradual } = scale;
  if (gradual) {
    // Spread along the bar as in the drawing.
    const shades = Array.from({ length: SHADES }, (_, i) =>
      colour(least + (most - least) * shareAt(i / (SHADES - 1))),
    );
    return (
      <>
        {format.text(by, least)}{' '}
        <span className={bar} style={{ background: `linear-gradient(to right, ${shades.join(', ')})` }} />{' '}
        {format.text(by, most)}
      </>
    );
  }
  return steps.map((from) => (
    <span key={from}>
      <span className={swatch} style={{ background: colour(from) }} /> {steps.length > 1 && '≥ '}
      {steps.length > 1 && format.text(by, from)}{' '}
    </span>
  ));
}

/** A line of growing width. */
const Wedge = () => (
  <svg width="26" height="8" aria-hidden="true">
    <path d="M0 3.4L26 1V7L0 4.6Z" fill="currentColor" />
  </svg>
);

const swatch = css({ display: 'inline-block', width: 12, height: 6, border: '1px solid currentColor' });
const bar = css(swatch, { width: 72, verticalAlign: 'middle' });
