import { legible } from './legible.ts';

/** Measures a text's width in pixels. */
export type MeasureText = (text: string) => number;

/** Shortens a text to a width, keeping more of the start than of the end: names often differ only at the end. */
export function shorten(text: string, width: number, measure: MeasureText): string {
  if (measure(text) <= width) return text;
  const letters = [...text];
  let low = 0;
  let high = letters.length - 1;
  const cut = (kept: number) => {
    const tail = Math.floor(kept / 3);
    return `${letters.slice(0, kept - tail).join('')}…${letters.slice(letters.length - tail).join('')}`;
  };
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measure(cut(middle)) <= width) low = middle;
    else high = middle - 1;
  }
  return cut(low);
}

/** Maximum number of characters of a name within other text. */
const LONGEST = 60;

/** A name, legible and short enough to read at a glance. */
export const shortName = (name: string): string =>
  shorten(legible(name), LONGEST, (text) => [...text].length);
