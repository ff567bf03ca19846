import { expect, it } from 'vitest';
import { AGENT_OPTIONS } from './agent-options.ts';
import { helpText } from './help-text.ts';
import { parseBoolean, parseText } from './values.ts';

it('prints options in two columns', () => {
  const table = {
    whom: { value: 'WHOM', help: 'to whom', parse: parseText, operand: true as const },
    name: { value: 'NAME', help: 'who it is', env: [{ name: 'ME' }], parse: parseText, default: 'x' },
    'a-rather-long-name-of-an-option': { value: 'VALUE', help: 'how long', parse: parseText },
    essay: {
      value: 'TEXT',
      help: 'what is to be said of it, at more length than one line of this page has room for, and no variable',
      parse: parseText,
    },
    help: { short: 'h', help: 'show this text', parse: parseBoolean },
  };
  expect(helpText('musubi do [OPTIONS]', 'Does it.', table)).toMatchInlineSnapshot(`
    "Usage: musubi do [OPTIONS]

    Does it.

    Options:
      WHOM          to whom
      --name NAME   who it is [default: x; ME]
      --a-rather-long-name-of-an-option VALUE
                    how long
      --essay TEXT  what is to be said of it, at more length than one line of this page has room for,
                    and no variable
      -h, --help    show this text
    "
  `);
});

it('contains every option of the agent, its description and variables', () => {
  const page = helpText('musubi agent', '', AGENT_OPTIONS);
  expect(Math.max(...page.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  const text = page.replace(/\s+/g, ' ');
  for (const [name, option] of Object.entries(AGENT_OPTIONS)) {
    expect(text).toContain('fileOnly' in option ? `${name}:` : `--${name}`);
    expect(text).toContain(option.help);
    for (const variable of 'env' in option ? option.env : []) expect(text).toContain(variable.name);
  }
});
