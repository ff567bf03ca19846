import { expect, it } from 'vitest';
import { createTempFile } from '../../../test/fixtures/temp-file.ts';
import { AGENT_OPTIONS } from '../config/agent-options.ts';
import { resolveOptions } from '../config/resolve-options.ts';
import { configurationPage } from './configuration-page.ts';
import { metricsPage } from './metrics-page.ts';

const DOCS = '../../../docs';

it('docs/metrics.md is what the catalogue says', async () => {
  await expect(metricsPage()).toMatchFileSnapshot(`${DOCS}/metrics.md`);
});

it('docs/configuration.md is what the option table says', async () => {
  await expect(configurationPage()).toMatchFileSnapshot(`${DOCS}/configuration.md`);
});

it('the example of a configuration file is one', async () => {
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
