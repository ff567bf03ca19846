/** Reports each use of a word that the vocabulary replaces, with textlint and a plugin for source files. */
import { TextlintKernel, type TextlintRuleModule } from '@textlint/kernel';
import { ALLOWED, type Allowed } from './allowed.ts';
import { wordsOf } from './extract.ts';
import { EXTENSION, SourceProcessor } from './source-plugin.ts';
import { AVOIDED, TERMS } from './vocabulary.ts';

export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

interface Check {
  readonly prose?: RegExp;
  readonly names?: RegExp;
  readonly write: string;
  readonly within?: readonly string[];
}

const CHECKS: readonly Check[] = [...TERMS.map((term) => ({ ...term, write: term.use })), ...AVOIDED].map(
  ({ not, names, ...rest }) => ({
    ...rest,
    ...(not && { prose: anyOf(not) }),
    ...(names && { names: anyOf(names) }),
  }),
);

/** As whole words, and not as a part of `--ask-path`. A line may end within a phrase, in a comment too. */
function anyOf(patterns: readonly string[]): RegExp {
  const phrases = patterns.map((pattern) => pattern.replaceAll(' ', '[\\s*/#]+'));
  return new RegExp(`(?<![\\w-])(?:${phrases.join('|')})(?![\\w-])`, 'gim');
}

interface Match {
  readonly index: number;
  readonly message: string;
}

export function createLinter(allowed: readonly Allowed[] = ALLOWED) {
  const kernel = new TextlintKernel();
  const used = new Set<Allowed>();

  function isAllowed(path: string, text: string, start: number, end: number): boolean {
    const matching = allowed.filter(
      ({ file = '', phrase }) =>
        path.startsWith(file) &&
        [...text.matchAll(new RegExp(phrase, 'g'))].some(
          (match) => match.index <= start && end <= match.index + match[0].length,
        ),
    );
    for (const entry of matching) used.add(entry);
    return matching.length > 0;
  }

  /** @param shown the text as it is in the file */
  function find(path: string, text: string, kind: 'prose' | 'names', shown = text): Match[] {
    return CHECKS.filter(({ within }) => !within || within.some((folder) => path.startsWith(folder))).flatMap(
      (check) =>
        [...text.matchAll(check[kind] ?? /(?!)/g)]
          .filter(({ 0: word, index }) => !isAllowed(path, text, index, index + word.length))
          .map(({ 0: word, index }) => ({
            index,
            message: `"${word.replace(/[\s*/#]+/g, ' ')}"${kind === 'names' ? ` in "${shown}"` : ''}: write ${check.write}`,
          })),
    );
  }

  const ruleFor =
    (path: string): TextlintRuleModule =>
    ({ Syntax, RuleError, locator, report }) => ({
      [Syntax.Str](node) {
        for (const { index, message } of find(path, node.value, 'prose'))
          report(node, new RuleError(message, { padding: locator.at(index) }));
      },
      Name(node: { value: string; raw: string }) {
        for (const { message } of find(path, node.value, 'names', node.raw))
          report(node as never, new RuleError(message));
      },
    });

  return {
    async lint(path: string, source: string): Promise<Finding[]> {
      const { messages } = await kernel.lintText(source, {
        filePath: path,
        ext: EXTENSION,
        plugins: [{ pluginId: 'source', plugin: { Processor: SourceProcessor } }],
        rules: [{ ruleId: 'vocabulary', rule: ruleFor(path) }],
      });
      const ofPath = find(path, wordsOf(path), 'names', path).map(({ message }) => ({
        line: 1,
        column: 1,
        message,
      }));
      return [...ofPath, ...messages].map(({ line, column, message }) => ({ path, line, column, message }));
    },

    /** Entries of the allow-list that matched no word so far. */
    unused: () => allowed.filter((entry) => !used.has(entry)),
  };
}
