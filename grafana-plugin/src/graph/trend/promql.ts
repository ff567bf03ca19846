import { measureOfMetric } from '../tables/table-measure.ts';
import type { Matchers } from './matchers.ts';

/**
 * A string of PromQL that stands for just that text, whatever it holds: neither Prometheus nor Grafana's variables
 * (`$x`, `[[x]]`) find anything in it. PromQL takes the escapes of Go, of which those of JSON are a part.
 */
export const quote = (text: string): string =>
  JSON.stringify(text.toWellFormed()).replaceAll('$', '\\u0024').replaceAll('[', '\\u005b');

/** Characters that mean something to RE2. */
const SPECIAL = /[\\^$.|?*+()[\]{}]/g;

/** Matchers as PromQL has them within braces. */
export function matchersText(matchers: Matchers): string {
  return Object.entries(matchers)
    .map(([label, values]) => {
      const [first = '', ...others] = values;
      if (others.length === 0) return `${label}=${quote(first)}`;
      return `${label}=~${quote(values.map((value) => value.replace(SPECIAL, '\\$&')).join('|'))}`;
    })
    .join(',');
}

/** Texts in any of PromQL's three quotes, and names with the brace that may open their matchers. */
const WORDS = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\x60[^\x60]*\x60|([A-Za-z_:][\w:]*)(\s*\{)?/g;
const RANGE = /\$(?:\{__range(_s|_ms)?(?::\w+)?\}|__range(_s|_ms)?\b)/g;

/** Whether it is a metric of dependencies: with the labels of both ends. */
const isOfEdges = (name: string): boolean => (measureOfMetric(name) ?? 'listen') !== 'listen';

/** The names of such metrics in a query. */
export const edgeMetrics = (expr: string): string[] =>
  [...expr.matchAll(WORDS)].flatMap(([, name]) => (name !== undefined && isOfEdges(name) ? [name] : []));

/** A panel's query for some half-edges only, and for windows of so many seconds instead of the dashboard's range. */
export function narrowQuery(expr: string, matchers: Matchers, seconds: number): string {
  const text = matchersText(matchers);
  const windowed = expr.replace(RANGE, (_, braced?: string, bare?: string) => {
    const unit = braced ?? bare;
    return unit === undefined ? `${seconds}s` : String(unit === '_s' ? seconds : seconds * 1000);
  });
  return windowed.replace(WORDS, (whole, name?: string, brace?: string) => {
    if (name === undefined || !isOfEdges(name)) return whole;
    return brace === undefined ? `${name}{${text}}` : `${name}${brace}${text},`;
  });
}
