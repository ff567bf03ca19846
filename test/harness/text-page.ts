/** A series of a Prometheus text page. */
export interface TextSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const UNESCAPED: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' };

/** The series of one metric on a text page, label values unescaped. */
export function parseSeries(page: string, metric: string): TextSeries[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
    .map((line) => {
      const pairs = line.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g);
      const labels = Object.fromEntries(
        Array.from(pairs, ([, name, value]) => [
          name,
          value?.replace(/\\(.)/g, (_, character: string) => UNESCAPED[character] ?? character),
        ]),
      ) as Record<string, string>;
      return { labels, value: Number(line.slice(line.lastIndexOf(' ') + 1)) };
    });
}
