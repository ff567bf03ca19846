import { measureOfMetric } from '../tables/table-measure.ts';
import type { Matchers } from './matchers.ts';

/**
 * Quotes a text as a PromQL string in which neither Prometheus nor Grafana (`$x`, `[[x]]`) replaces anything. PromQL
 * accepts the escape sequences of Go, which include those of JSON.
 */
export const quote = (text: string): string =>
  JSON.stringify(text.toWellFormed()).replaceAll('$', '\\u0024').replaceAll('[', '\\u005b');

/** Characters with a special meaning in RE2. */
const RE2_METACHARACTERS = /[\\^$.|?*+()[\]{}]/g;

/** Formats matchers as PromQL, without braces. */
export function matchersText(matchers: Matchers): string {
  return Object.entries(matchers)
    .map(([label, values]) => {
      const [first = '', ...others] = values;
      if (others.length === 0) return `${label}=${quote(first)}`;
      return `${label}=~${quote(values.map((value) => value.replace(RE2_METACHARACTERS, '\\$&')).join('|'))}`;
    })
    .join(',');
}

/** Strings in any of PromQL's three quotes, and names with an optional opening brace of their matchers. */
const WORDS = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\x60[^\x60]*\x60|([A-Za-z_:][\w:]*)(\s*\{)?/g;
const RANGE = /\$(?:\{__range(_s|_ms)?(?::\w+)?\}|__range(_s|_ms)?\b)/g;

/** Whether it is a metric of dependencies, with the labels of both endpoints. */
const isOfEdges = (name: string): boolean => (measureOfMetric(name) ?? 'listen') !== 'listen';

/** The names of dependency metrics in a query. */
export const edgeMetrics = (expr: string): string[] =>
  [...expr.matchAll(WORDS)].flatMap(([, name]) => (name !== undefined && isOfEdges(name) ? [name] : []));

/** Restricts a query of the panel to some half-edges, and to windows of `seconds` instead of the range of the dashboard. */
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
