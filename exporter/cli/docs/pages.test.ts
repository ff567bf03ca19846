import { expect, it } from 'vitest';
import { createTempFile } from '../../../test/fixtures/temp-file.ts';
import { AGENT_OPTIONS } from '../config/agent-options.ts';
import { resolveOptions } from '../config/resolve-options.ts';
import { configurationPage } from './configuration-page.ts';
import { metricsPage } from './metrics-page.ts';

const DOCS = '../../../docs';

it('docs/metrics.md matches the catalogue', async () => {
  await expect(metricsPage()).toMatchFileSnapshot(`${DOCS}/metrics.md`);
});

it('docs/configuration.md matches the option table', async () => {
  await expect(configurationPage()).toMatchFileSnapshot(`${DOCS}/configuration.md`);
});

it('the example configuration file is valid', async () => {
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(configurationPage()) ?? [];
  using file = createTempFile(example);
  const settings = await resolveOptions(AGENT_OPTIONS, ['--config', file.path], {});
  expect(settings).toMatchObject({ interval: 5000, site: 'fra-1' });
  expect(settings.rules).toHaveLength(1);
  expect(settings.networks?.map(({ name, site }) => [name, site])).toEqual([
    ['office', 'hq'],
    [undefined, 'fra-2'],
    [undefined, undefined],
  ]);
});
