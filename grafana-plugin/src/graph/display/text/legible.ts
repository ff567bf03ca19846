/** Control characters, those that turn the direction of text around, and those without any width. */
const DECEPTIVE = /[\p{Cc}\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/gu;
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/**
 * A name as it is shown. What would make it look like another one becomes a replacement character, and one
 * written from right to left is isolated, so that it never turns an arrow or a port beside it around.
 */
export function legible(name: string): string {
  const clean = name.replace(DECEPTIVE, '\uFFFD');
  return RIGHT_TO_LEFT.test(clean) ? `\u2068${clean}\u2069` : clean;
}
