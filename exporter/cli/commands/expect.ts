import { UsageError } from '../config/usage-error.ts';
import type { Command } from './command.ts';

/** Each is read from disk only when it is called. */
const VERBS: Readonly<Record<string, () => Promise<Command>>> = {
  learn: async () => (await import('./expect/learn.ts')).learn,
  render: async () => (await import('./expect/render.ts')).render,
  check: async () => (await import('./expect/check.ts')).check,
};

export const expect: Command = {
  summary: 'Learns which dependencies are expected, makes rules of them, and tells what differs.',
  verbs: Object.keys(VERBS),
  async run([verb = '', ...argv], io) {
    if (verb === '--help' || verb === '-h') {
      const rows = Object.entries(VERBS).map(
        async ([name, load]) => `  ${name.padEnd(8)}${(await load()).summary}\n`,
      );
      const verbs = (await Promise.all(rows)).join('');
      io.stdout(`Usage: musubi expect VERB [OPTIONS]\n\n${expect.summary}\n\nVerbs:\n${verbs}
  musubi expect VERB --help    the options of a verb
`);
      return 0;
    }
    const load = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
    if (!load) {
      const names = Object.keys(VERBS).map((name) => `musubi expect ${name}`);
      const what =
        verb === '' ? 'what about the expected dependencies?' : `unknown verb ${JSON.stringify(verb)}.`;
      throw new UsageError(`${what} There is: ${names.join(', ')}`);
    }
    return (await load()).run(argv, io);
  },
};
