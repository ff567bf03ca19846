import { UsageError } from '../config/usage-error.ts';
import type { Command } from './command.ts';

/** Loaded on demand. */
const VERBS: Readonly<Record<string, () => Promise<Command>>> = {
  learn: async () => (await import('./expect/learn.ts')).learn,
  render: async () => (await import('./expect/render.ts')).render,
  check: async () => (await import('./expect/check.ts')).check,
};

export const expect: Command = {
  summary: 'Learns the expected dependencies, renders them as rules, and checks what differs.',
  verbs: Object.keys(VERBS),
  async run([verb = '', ...argv], io) {
    if (verb === '--help' || verb === '-h') {
      const rows = Object.entries(VERBS).map(
        async ([name, load]) => `  ${name.padEnd(8)}${(await load()).summary}\n`,
      );
      const verbs = (await Promise.all(rows)).join('');
      io.stdout(`Usage: musubi expect COMMAND [OPTIONS]\n\n${expect.summary}\n\nCommands:\n${verbs}
  musubi expect COMMAND --help    show the options of a command
`);
      return 0;
    }
    const load = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
    if (!load) {
      const problem = verb === '' ? 'missing subcommand' : `unknown subcommand ${JSON.stringify(verb)}`;
      throw new UsageError(`${problem} (available: ${Object.keys(VERBS).join(', ')})`);
    }
    return (await load()).run(argv, io);
  },
};
