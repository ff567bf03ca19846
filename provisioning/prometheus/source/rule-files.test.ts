import { expect, it } from 'vitest';
import { musubiEdges } from './musubi-edges.ts';
import { serviceGraph } from './service-graph.ts';

it('rules/musubi-edges.yaml is generated from this source', async () => {
  await expect(musubiEdges()).toMatchFileSnapshot('../rules/musubi-edges.yaml');
});

it('optional/musubi-service-graph.yaml is generated from this source', async () => {
  await expect(serviceGraph()).toMatchFileSnapshot('../optional/musubi-service-graph.yaml');
});
