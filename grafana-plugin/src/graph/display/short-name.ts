import { legible } from './legible.ts';
import { shorten } from './shorten.ts';

/** Letters of a name where it stands among other text. */
const LONGEST = 60;

/** A name, legible and no longer than can be read at a glance. */
export const shortName = (name: string): string =>
  shorten(legible(name), LONGEST, (text) => [...text].length);
