import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/**
 * The texts of the panel. The source has them in English with an id: `t('legend.arrow', 'A → B: …')`. The English file
 * is generated from the source; every other language translates that file.
 */

const SOURCES = new URL('../', import.meta.url).pathname;
const FILE = 'musubi-dependencies-panel.json';
const sources = globSync(['module.ts', 'panel/**/*.{ts,tsx}'], { cwd: SOURCES })
  .filter((path) => !path.includes('.test.'))
  .map((path) => ({ path, code: readFileSync(SOURCES + path, 'utf8') }));

/** `a.b` is `b` within `a`. */
type Texts = Record<string, Record<string, string>>;

const read = (language: string): Texts =>
  JSON.parse(readFileSync(new URL(`${language}/${FILE}`, import.meta.url), 'utf8'));
const { languages } = JSON.parse(readFileSync(`${SOURCES}plugin.json`, 'utf8')) as { languages: string[] };
const others = languages.filter((language) => language !== 'en-US');

/** Ids with their texts; a text is quoted as the formatter does it. */
function textsOf(code: string): [string, string][] {
  return [...code.matchAll(/\bt\(\s*'([\w.-]+)',\s*(?:'([^'\n]*)'|"([^"\n]*)")/g)].map(
    ([, id = '', single, double]) => [id, single ?? double ?? ''],
  );
}

const english = new Map<string, string>();
for (const { path, code } of sources) {
  for (const [id, text] of textsOf(code)) {
    expect(english.get(id) ?? text, `${path} has another text for ${id}`).toBe(text);
    english.set(id, text);
  }
}

test('every call of t() is found and has an id and a text', () => {
  const calls = sources.reduce((sum, { code }) => sum + (code.match(/(?<![.\w])t\(/g) ?? []).length, 0);
  expect(calls).toBeGreaterThan(50);
  expect(sources.reduce((sum, { code }) => sum + textsOf(code).length, 0)).toBe(calls);
});

test('en-US is generated from the source', async () => {
  await expect(`${JSON.stringify(nested(english), null, 2)}\n`).toMatchFileSnapshot(`en-US/${FILE}`);
});

describe.each(others)('%s', (language) => {
  const translated = flat(read(language));

  test('translates every text, and no others', () => {
    expect([...translated.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [id, text] of translated) expect(text, id).not.toBe('');
  });

  test('uses the same placeholders', () => {
    const values = (text = '') => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
    for (const [id, text] of english) expect(values(translated.get(id)), id).toEqual(values(text));
  });
});

describe('components contain no untranslated text', () => {
  test.each(sources.filter(({ path }) => path.endsWith('.tsx')))('$path', ({ code }) => {
    expect(bareTexts(code)).toEqual([]);
  });

  test('the check finds such text', () => {
    expect(bareTexts('<p>\n  Not seen\n</p>')).toEqual(['Not seen']);
    expect(bareTexts('<b>{name} is removed</b>')).toEqual(['is removed']);
    expect(bareTexts('<IconButton aria-label="Close" name="times" />')).toEqual(['aria-label="Close"']);
    expect(bareTexts("<p title={t('a.b', 'Text')}>{t('a.c', 'Text')} · {name} → :</p>")).toEqual([]);
  });
});

describe('the core returns codes instead of sentences', () => {
  const core = globSync('graph/**/*.ts', { cwd: SOURCES }).filter(
    (path) => !/\.(test|fixture)\.ts$/.test(path),
  );

  test.each(core)('%s', (path) => {
    expect(sentences(readFileSync(SOURCES + path, 'utf8'))).toEqual([]);
  });

  test('the check finds sentences', () => {
    expect(sentences("const a = { title: 'Nothing was seen' };")).toEqual(["'Nothing was seen'"]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: code is looked at.
    const template = '`${a} rows have no label`';
    expect(sentences(`f(${template})`)).toEqual([template]);
    expect(sentences("// It's a note\nconst a = [a, 'src_service', 'M1 2']; /** 'as is said' */")).toEqual(
      [],
    );
  });
});

/** Text in quotes with two words or more, but for the syntax of what is exported. */
function sentences(code: string): string[] {
  const bare = code.replace(/\/\*.*?\*\/|(?<=^|\s)\/\/.*$/gms, '');
  const quoted = bare.match(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g) ?? [];
  return quoted.filter(
    (text) =>
      /\p{L}{2,} \p{L}{2,}/u.test(text.replace(/\$\{[^}]*\}/g, '')) && !/^.(?:<svg|flowchart LR)/.test(text),
  );
}

/** Words between tags, and in attributes that people read or hear. */
function bareTexts(code: string): string[] {
  const between = [...code.matchAll(/[>}]([^<>{}=;()]*\b[A-Za-z]{2,}[^<>{}=;()]*)(?:<\/|\s<[A-Z])/g)].map(
    ([, text = '']) => text.trim(),
  );
  const read =
    code.match(/\b(?:aria-label|title|tooltip|placeholder|label|description|advice)="[^"]+"/g) ?? [];
  return [...between, ...read];
}

function nested(texts: ReadonlyMap<string, string>): Texts {
  const all: Texts = {};
  for (const id of [...texts.keys()].sort()) {
    const [group = '', name = ''] = id.split('.');
    all[group] = { ...all[group], [name]: texts.get(id) ?? '' };
  }
  return all;
}

function flat(texts: Texts): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([group, names]) =>
      Object.entries(names).map(([name, text]): [string, string] => [`${group}.${name}`, text]),
    ),
  );
}
