import type { OptionTable } from './option.ts';

/** The help of a command: how to call it, what it does, and its options, one to a line or two. */
export function helpText(usage: string, summary: string, table: OptionTable): string {
  const rows = Object.entries(table).map(([name, { value, short, help, env = [], default: preset }]) => {
    const flag = `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`;
    const notes = [preset && `default: ${preset}`, ...env.map((variable) => variable.name)].filter(Boolean);
    return { flag, text: notes.length > 0 ? `${help} [${notes.join('; ')}]` : help };
  });
  const width = Math.max(...rows.map(({ flag }) => flag.length).filter((length) => length <= 32)) + 4;
  const lines = rows.map(({ flag, text }) => {
    const start = `  ${flag}`;
    return start.length + 1 < width
      ? `${start.padEnd(width)}${text}`
      : `${start}\n${' '.repeat(width)}${text}`;
  });
  return `Usage: ${usage}\n\n${summary}\n\nOptions:\n${lines.join('\n')}\n`;
}
