import { expect, it } from 'vitest';
import { AGENT_OPTIONS } from './agent-options.ts';
import { helpText } from './help-text.ts';
import { parseBoolean, parseText } from './values.ts';

it('prints options in two columns', () => {
  const table = {
    target: { value: 'TARGET', help: 'where to', parse: parseText, operand: true as const },
    name: { value: 'NAME', help: 'its name', env: [{ name: 'ME' }], parse: parseText, default: 'x' },
    'a-rather-long-name-of-an-option': { value: 'VALUE', help: 'how long', parse: parseText },
    essay: {
      value: 'TEXT',
      help: 'a description that is longer than one line of this page, for an option without a variable',
      parse: parseText,
    },
    help: { short: 'h', help: 'print this help', parse: parseBoolean },
  };
  expect(helpText('musubi do [OPTIONS]', 'Does it.', table)).toMatchInlineSnapshot(`
    "Usage: musubi do [OPTIONS]

    Does it.

    Options:
      TARGET        where to
      --name NAME   its name [default: x; ME]
      --a-rather-long-name-of-an-option VALUE
                    how long
      --essay TEXT  a description that is longer than one line of this page, for an option without a
                    variable
      -h, --help    print this help
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
