import { expect, it } from 'vitest';
import { configurationPage } from './configuration-page.ts';
import { metricsPage } from './metrics-page.ts';

const DOCS = '../../../docs';

it('docs/metrics.md is what the catalogue says', async () => {
  await expect(metricsPage()).toMatchFileSnapshot(`${DOCS}/metrics.md`);
});

it('docs/configuration.md is what the option table says', async () => {
  await expect(configurationPage()).toMatchFileSnapshot(`${DOCS}/configuration.md`);
});
