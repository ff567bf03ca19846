/** `docs/glossary.md`, from the vocabulary that `npm run lint:prose` checks. */
import { AVOIDED, TERMS } from './vocabulary.ts';

export function glossaryPage(): string {
  return `# Glossary

<!-- Generated from test/lint/prose/vocabulary.ts: npx vitest run --project unit test/lint -u -->

The words of Musubi are those of Linux, Prometheus and OpenTelemetry. Each thing has one word, in code, labels, flags, logs,
alerts, the panel and these pages. \`npm run lint:prose\` reports the words of the right-hand columns.

## Terms

${table(
  ['Use', 'For', 'Not'],
  TERMS.map(({ use, meaning, instead = '' }) => [use, meaning, instead]),
)}

## Style

- Short sentences in the active voice, subject first.
- Help texts and metric descriptions are noun phrases: "Polling interval."
- An error states what was wrong, where, and what was expected: \`invalid value for --interval: "5" (expected a duration such as 5s)\`.
- A log line names the event first, then its fields.
- The summary of an alert states what happened to which service or host; its description states what to check first.
- The title of a test is a sentence that holds: "names a pre-forked worker by its parent".
- A comment gives the reason, and does not repeat the code.
- Identifiers use the same words as the text.

## Words with a plainer equivalent

${table(
  ['Not', 'Write'],
  AVOIDED.map(({ words, write }) => [words, write]),
)}
`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}
