import type { OptionTable } from './option.ts';

/** Maximum line length of a help text. */
const COLUMNS = 100;

/** The help of a command: usage, summary and options. */
export function helpText(usage: string, summary: string, table: OptionTable): string {
  const rows = Object.entries(table).map(([name, option]) => {
    const { value, short, help, env = [], default: preset, fileOnly, operand } = option;
    const dashed = fileOnly ? `${name}:` : `${short ? `-${short}, ` : ''}--${name}`;
    const flag = operand ? `${value}` : `${dashed}${value ? ` ${value}` : ''}`;
    const notes = [preset && `default: ${preset}`, ...env.map((variable) => variable.name)].filter(Boolean);
    return { flag, help, notes: notes.length > 0 ? `[${notes.join('; ')}]` : '' };
  });
  const width = Math.max(...rows.map(({ flag }) => flag.length).filter((length) => length <= 32)) + 4;
  const lines = rows.map(({ flag, help, notes }) => {
    const start = `  ${flag}`;
    const line = `${help} ${notes}`.trimEnd();
    const space = COLUMNS - width;
    const [first = '', ...more] =
      line.length <= space ? [line] : [help, notes].filter(Boolean).flatMap((part) => wrap(part, space));
    const head =
      start.length + 1 < width ? [start.padEnd(width) + first] : [start, ' '.repeat(width) + first];
    return [...head, ...more.map((line) => ' '.repeat(width) + line)].join('\n');
  });
  return `Usage: ${usage}\n\n${summary}\n\nOptions:\n${lines.join('\n')}\n`;
}

/** Wraps text at spaces into lines of at most `width`; a longer word gets a line of its own. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
