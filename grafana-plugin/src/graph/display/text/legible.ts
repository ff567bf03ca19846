/** Control characters, characters that change the direction of text, and characters without width. */
const DECEPTIVE = /[\p{Cc}\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/gu;
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/**
 * Makes a name safe to show. Characters that could make it look like another name become replacement characters, and
 * right-to-left names are isolated, so that they do not reverse an arrow or a port beside them.
 */
export function legible(name: string): string {
  const clean = name.replace(DECEPTIVE, '\uFFFD');
  return RIGHT_TO_LEFT.test(clean) ? `\u2068${clean}\u2069` : clean;
}
