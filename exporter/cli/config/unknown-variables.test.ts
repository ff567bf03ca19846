import { expect, it } from 'vitest';
import { unknownVariables } from './unknown-variables.ts';

it('finds variables that no option reads, with the nearest name', () => {
  const env = { MUSUBI_INTERVALL: '5s', MUSUBI_EGDE_EXPIRATION: '1m', MUSUBI_SITE: 'fra', HOME: '/' };
  expect(unknownVariables(env)).toEqual([
    { name: 'MUSUBI_EGDE_EXPIRATION', nearest: 'MUSUBI_EDGE_EXPIRATION' },
    { name: 'MUSUBI_INTERVALL', nearest: 'MUSUBI_INTERVAL' },
  ]);
});

it('names no other setting if none is similar', () => {
  expect(unknownVariables({ MUSUBI_COMPLETELY_DIFFERENT: '' })).toMatchObject([{ nearest: undefined }]);
});

it('ignores the variables of a Kubernetes service with the name musubi', () => {
  const env = {
    MUSUBI_SERVICE_HOST: '10.0.0.1',
    MUSUBI_PORT: 'tcp://10.0.0.1:9464',
    MUSUBI_PORT_9464_TCP_ADDR: 'x',
  };
  expect(unknownVariables({ ...env, MUSUBI_SERVICE_PORT_METRICS: '9464' })).toEqual([]);
});
