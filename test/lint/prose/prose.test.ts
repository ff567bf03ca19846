import { describe, expect, it } from 'vitest';
import { glossaryPage } from './glossary-page.ts';
import { createLinter } from './lint.ts';

it('docs/glossary.md is generated from the vocabulary', async () => {
  await expect(glossaryPage()).toMatchFileSnapshot('../../../docs/glossary.md');
});

async function find(path: string, source: string): Promise<string[]> {
  const findings = await createLinter([]).lint(path, source);
  return findings.map(
    ({ line, column, message }) => `${line}:${column} ${message.replace(/: write .*/, '')}`,
  );
}

describe('in TypeScript', () => {
  it.each([
    ['a comment', 'const a = 1;\n/** The agent tells this. */', '2:15 "tells"'],
    ['a comment of several lines', '/**\n * There is\n * told nothing.\n */', '3:4 "told"'],
    ['a message', "throw new Error('it was told');", '1:25 "told"'],
    ['a template', 'log(`it tells this`);', '1:9 "tells"'],
    ['the title of a test', "it('tells the name', () => {});", '1:5 "tells"'],
    ['the text of an element', 'const a = <p>all is told</p>;', '1:21 "told"'],
    ['an identifier', 'const askedAddress = 1;', '1:7 "asked" in "askedAddress"'],
    ['a key in a string', "const state = 'told';", '1:16 "told" in "told"'],
    ['a phrase across lines', '// it is told as one\n// with others', '1:10 "told"'],
  ])('finds a word in %s', async (_, source, finding) => {
    expect(await find('a.tsx', source)).toContain(finding);
  });

  it('leaves out code in comments, flags and longer words', async () => {
    expect(
      await find('a.ts', '// As `told` by --tell-all, the teller foretells: https://example.com/told'),
    ).toEqual([]);
  });
});

it('finds words in C comments and names, and in the name of a file', async () => {
  const source = '/* Tells the\n * port. */\nint is_asked(void) { return udp_says4("told"); }';
  expect(await find('bpf/udp_talk.c', source)).toEqual([
    '1:1 "talk" in "bpf/udp_talk.c"',
    '1:4 "Tells"',
    '3:5 "asked" in "is_asked"',
    '3:29 "says" in "udp_says4"',
    '3:40 "told"',
  ]);
});

it('finds words in Markdown, and leaves out its code', async () => {
  const source =
    '# What it tells\n\n- of `told` [hosts](tell.md)\n\n```\ntell\n```\n\n| a | b told |\n|---|---|\n| c | told |\n';
  expect(await find('a.md', source)).toEqual(['1:11 "tells"', '9:9 "told"', '11:7 "told"']);
});

it('finds words in the annotations of rules, and leaves out their queries', async () => {
  const rules =
    'rules:\n  - alert: A\n    expr: |\n      told and on () tell\n    annotations:\n      summary: It is told so.\n';
  expect(await find('a.yaml', rules)).toEqual(['6:22 "told"']);
  const dashboard = '{\n  "title": "Told as one",\n  "expr": "told and tell"\n}\n';
  expect(await find('a.json', dashboard)).toEqual(['2:13 "Told"']);
});

it('allows a word within an allowed phrase, and names the phrases that no text contains', async () => {
  const allowed = [
    { phrase: /user nobody/, reason: '' },
    { phrase: /told you so/, reason: '' },
  ];
  const linter = createLinter(allowed);
  expect(await linter.lint('a.ts', '// As user nobody.')).toEqual([]);
  expect(await linter.lint('a.ts', '// As nobody.')).toHaveLength(1);
  expect(linter.unused()).toEqual([allowed[1]]);
});
