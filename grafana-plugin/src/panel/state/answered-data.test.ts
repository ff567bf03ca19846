import type { PanelData } from '@grafana/data';
import { expect, test } from 'vitest';
import { answerToDraw, questionOf } from './answered-data.ts';

const frame = (refId: string, rows: number, ...labels: string[]) =>
  ({
    refId,
    length: rows,
    fields: [...labels, 'Value'].map((name) => ({
      name,
      type: 'string',
      config: {},
      values: Array(rows).fill('x'),
    })),
  }) as unknown as PanelData['series'][number];
const dataOf = (series: PanelData['series'], ...failed: string[]) =>
  ({ series, ...(failed.length > 0 && { errors: failed.map((refId) => ({ refId })) }) }) as PanelData;
const answerOf = (data: PanelData, question = 'q') => ({ data, question });
const full = answerOf(dataOf([frame('lastSeen', 3, 'direction'), frame('alerts', 1, 'alertname')]));

test('a refresh that fails keeps the last graph', () => {
  expect(answerToDraw(full, answerOf(dataOf([], 'lastSeen', 'opened')))).toBe(full);
  const rest = [frame('lastSeen', 0), frame('listen', 9, 'dst_address'), frame('alerts', 1, 'alertname')];
  expect(answerToDraw(full, answerOf(dataOf(rest, 'lastSeen', 'opened')))).toBe(full);
  const loading = { ...dataOf([]), state: 'Loading' } as PanelData;
  expect(answerToDraw(full, answerOf(loading))).toBe(full);
});

test('a refresh that succeeds, or fails in part, is drawn', () => {
  for (const data of [dataOf([]), dataOf([frame('opened', 2, 'direction')], 'lastSeen')])
    expect(answerToDraw(full, answerOf(data)).data).toBe(data);
});

test('the answer to another question is not kept', () => {
  const failed = answerOf(dataOf([], 'lastSeen'), 'another range');
  expect(answerToDraw(full, failed)).toBe(failed);
  expect(answerToDraw(undefined, failed)).toBe(failed);
});

test('a question is the same at each refresh, and another for another range or value of a variable', () => {
  const data = (from: string) =>
    ({
      timeRange: { raw: { from, to: 'now' } },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the syntax of Grafana variables.
      request: { targets: [{ refId: 'A', expr: 'x{site="$site"}[$__range] > ${__from}' }] },
    }) as unknown as PanelData;
  let now = 0;
  const replace = (site: string) => (text: string) =>
    text.replace(/\$(\{)?__\w+/g, () => String(now++)).replaceAll('$site', site);
  const question = questionOf(data('now-1h'), replace('tokyo'));
  expect(questionOf(data('now-1h'), replace('tokyo'))).toBe(question);
  expect(questionOf(data('now-6h'), replace('tokyo'))).not.toBe(question);
  expect(questionOf(data('now-1h'), replace('osaka'))).not.toBe(question);
});
