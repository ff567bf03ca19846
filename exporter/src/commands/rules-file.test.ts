import { describe, expect, it } from 'vitest';
import { createTempFile } from '../../../test/fixtures/temp-file.ts';
import { readRules } from './rules-file.ts';

async function read(text: string) {
  using file = createTempFile(text);
  return await readRules(file.path);
}

it('takes the rules of a file that has other settings, too', async () => {
  const text = 'interval: 5s\nrules:\n  - match: { unit: "db@(.*)" }\n    service: db-$1\n';
  expect(await read(text)).toMatchObject([{ patterns: [{ key: 'unit' }] }]);
});

it.each(['', 'interval: 5s\n', 'rules: []\n'])('may find none: %j', async (text) => {
  expect(await read(text)).toEqual([]);
});

describe('what is wrong is told with the file', () => {
  it.each([
    ['rules: 5\n', 'rules: not a list'],
    ['rules:\n  - match: { unit: "(" }\n    service: x\n', 'rule 1: match.unit: Invalid regular expression'],
    ['- rules\n', 'not a YAML mapping of settings'],
    ['rules: [\n', 'Flow sequence in block collection'],
  ])('%j', async (text, message) => {
    const error = await read(text).catch((reason: Error) => reason);
    expect(error).toMatchObject({ code: 'ERR_USAGE' });
    expect((error as Error).message).toMatch(/^\S+\/musubi\.yaml: /);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain('\n');
  });

  it('that is not there', async () => {
    await expect(readRules('/nowhere/musubi.yaml')).rejects.toThrow('/nowhere/musubi.yaml: ENOENT');
  });
});
