import { expect, it } from 'vitest';
import { musubiEdges } from './musubi-edges.ts';

it('rules/musubi-edges.yaml is made from here', async () => {
  await expect(musubiEdges()).toMatchFileSnapshot('../rules/musubi-edges.yaml');
});
