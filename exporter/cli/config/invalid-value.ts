/** `invalid value for --interval: "5" (expected a duration such as 5s)`; `expected` is the message of a parser. */
export function invalidValue(key: string, shown: string, expected: string): string {
  return `invalid value for ${key}: ${shown} (${expected})`;
}
