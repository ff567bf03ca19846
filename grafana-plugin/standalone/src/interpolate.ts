/** The time range of a query in Unix milliseconds. */
export interface QueryRange {
  readonly from: number;
  readonly to: number;
}

/** Variable values of a request; they take precedence over those of the range. */
export type ScopedValues = Readonly<Record<string, { readonly value?: unknown } | undefined>>;

/** Replaces Grafana's global time variables in a text, in the forms `$name`, `${name}` and `${name:format}`. */
export function interpolate(text: string, { from, to }: QueryRange, scoped: ScopedValues = {}): string {
  const seconds = Math.round((to - from) / 1000);
  const values: Record<string, string> = {
    __from: String(from),
    __to: String(to),
    __range: `${seconds}s`,
    __range_s: String(seconds),
    __range_ms: String(to - from),
  };
  return text.replace(/\$(?:\{(\w+)(?::\w+)?\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? '';
    return String(scoped[name]?.value ?? values[name] ?? whole);
  });
}
