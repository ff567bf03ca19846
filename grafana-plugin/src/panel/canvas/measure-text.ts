import type { Measure } from '../../graph/display/shorten.ts';

/** Measures texts in a font, each once. */
export function createMeasure(font: string): Measure {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return (text) => text.length * 7;
  context.font = font;
  const widths = new Map<string, number>();
  return (text) => {
    const known = widths.get(text);
    if (known !== undefined) return known;
    const { width } = context.measureText(text);
    widths.set(text, width);
    return width;
  };
}
