// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Grafana writes its variables so.
import type { DataFrame, Field } from '@grafana/data';
import { expect, test } from 'vitest';
import { createReplace } from './replace-variables.ts';

const VALUES: Record<string, string | string[]> = {
  service: 'a&b',
  host: ['x', 'y'],
  __url_time_range: 'from=1&to=2',
};
const replace = createReplace((name) => VALUES[name]);

test.each([
  ['$service on ${host}', undefined, 'a&b on {x,y}'],
  ['${service:percentencode} ${host:raw}', undefined, 'a%26b x,y'],
  ['$service $host', 'json', '"a&b" ["x","y"]'],
  ['/d/x?${__url_time_range}&var-service=$service', 'uriencode', '/d/x?from=1&to=2&var-service=a%26b'],
  ['$nothing ${nothing:raw} 5$', undefined, '$nothing ${nothing:raw} 5$'],
])('%s', (text, format, expected) => {
  expect(replace(text, undefined, format)).toBe(expected);
});

test('replaces the parts of a row', () => {
  const field = { name: 'Value', labels: { src_service: 'web' }, values: [7, 8] } as unknown as Field;
  const name = { name: 'dst service', values: ['api', 'db'] } as unknown as Field;
  const frame = { fields: [name, field], length: 2 } as DataFrame;
  const scoped = { __dataContext: { value: { data: [frame], frame, field, rowIndex: 1 } } };
  expect(
    replace(
      '${__field.labels.src_service} ${__data.fields["dst service"]} ${__value.raw} ${__field.name} [${__field.labels.x}]',
      scoped,
    ),
  ).toBe('web db 8 Value []');
});
