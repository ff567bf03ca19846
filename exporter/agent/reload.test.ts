import { beforeEach, expect, it } from 'vitest';
import { createLog } from './log.ts';
import { createSelfMetrics, type SelfMetrics } from './metrics/self-metrics.ts';
import { createReload } from './reload.ts';
import type { AgentSettings } from './settings.ts';

const initial = { interval: 1, nat: 'auto', dns: 'responses' } as AgentSettings;

let self: SelfMetrics;
let lines: string[];
let applied: number[];
let read: () => Promise<AgentSettings>;
let reload: () => Promise<void>;
let now: number;

beforeEach(() => {
  self = createSelfMetrics(() => 0);
  lines = [];
  applied = [];
  now = 1000;
  reload = createReload({
    initial,
    read: () => read(),
    apply: async ({ interval }) => void applied.push(interval),
    self,
    log: createLog((line) => lines.push(line)),
    clock: () => now,
  });
});

const value = (name: string) =>
  self.families().find(({ definition }) => definition.name === `musubi.config.last_reload.${name}`)?.points[0]
    ?.value;

it('applies the settings that it reads', async () => {
  now = 2000;
  read = async () => ({ ...initial, interval: 2 });
  await reload();
  expect(applied).toEqual([2]);
  expect(lines).toEqual(['level=info msg="configuration reloaded"\n']);
  expect([value('successful'), value('success.timestamp')]).toEqual([1, 2]);
});

it('refuses an invalid configuration, and accepts a later one', async () => {
  now = 2000;
  read = () => Promise.reject(new Error('musubi.yaml:2: unknown key'));
  await reload();
  expect(applied).toEqual([]);
  expect(lines).toEqual([
    'level=error msg="configuration not reloaded: the one before stays in use" reason="musubi.yaml:2: unknown key"\n',
  ]);
  expect([value('successful'), value('success.timestamp')]).toEqual([0, 1]);
  read = async () => initial;
  await reload();
  expect([applied, value('successful')]).toEqual([[1], 1]);
});

it('names the settings that only a restart changes', async () => {
  read = async () => ({ ...initial, nat: 'off', dns: 'off' });
  await reload();
  expect(lines.join('')).toMatch(/restart only" setting=dns\n.*restart only" setting=nat\n/);
  expect(applied).toEqual([1]);
});

it('reloads once after the other', async () => {
  const gate = Promise.withResolvers<AgentSettings>();
  read = () => gate.promise;
  const first = reload();
  read = async () => ({ ...initial, interval: 3 });
  const second = reload();
  gate.resolve({ ...initial, interval: 2 });
  await Promise.all([first, second]);
  expect(applied).toHaveLength(2);
});
